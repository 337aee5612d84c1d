"""What happens when: the one table from events to those who react, and from bells to queues.

Handlers of an event run in the order written here, in the transaction of the event.
"""

from __future__ import annotations

from backend.accounts import export
from backend.accounts.events import (
    OneTimeCodeRequested,
    ResidentErased,
    StaffDeactivated,
    StaffLockedOut,
)
from backend.broadcasts import handlers as broadcasts
from backend.broadcasts.events import (
    BroadcastApproved,
    BroadcastFailed,
    BroadcastPublished,
    BroadcastReturned,
    BroadcastSubmitted,
    BroadcastWithdrawn,
)
from backend.core import events, jobs
from backend.essentials.events import (
    ArticleApproved,
    ArticleCorrected,
    ArticlePublished,
    ArticleReturned,
    ArticleSubmitted,
    ArticleWithdrawn,
)
from backend.feedback import export as feedback_export
from backend.feedback import handlers as feedback
from backend.feedback.events import (
    ContactErased,
    FeedbackSubmitted,
    FeedbackWithdrawn,
    PhotosAdded,
    ResidentAnswered,
)
from backend.places.events import CalendarChanged
from backend.uploads import handlers as uploads
from backend.uploads.events import UploadFinished
from moderation import handlers as moderation
from moderation.events import (
    CaseAnswered,
    CaseAssigned,
    CaseOpened,
    CaseOverdue,
    CaseQuestionAsked,
    CaseReplied,
    CaseStateChanged,
    CaseWarned,
    OutcomePublished,
    RoutingRuleFailed,
)
from moderation.transparency.events import HistoryBroken
from notifications import handlers as notifications

HANDLERS: events.HandlerTable = {
    # places
    CalendarChanged: (moderation.calendar_changed,),
    # accounts
    OneTimeCodeRequested: (notifications.one_time_code_requested,),
    ResidentErased: (
        uploads.forget_resident,
        feedback.erase_resident,
        notifications.resident_erased,
    ),
    StaffDeactivated: (notifications.staff_deactivated,),
    StaffLockedOut: (notifications.staff_locked_out,),
    # uploads
    UploadFinished: (broadcasts.on_upload_finished,),
    # essentials
    ArticleSubmitted: (notifications.article_submitted,),
    ArticleReturned: (notifications.article_returned,),
    ArticleApproved: (notifications.article_approved,),
    ArticlePublished: (notifications.article_published,),
    ArticleCorrected: (notifications.article_corrected,),
    ArticleWithdrawn: (notifications.article_withdrawn,),
    # feedback
    FeedbackSubmitted: (moderation.open_case,),
    ResidentAnswered: (moderation.resident_answered,),
    FeedbackWithdrawn: (moderation.feedback_withdrawn,),
    PhotosAdded: (moderation.photos_added,),
    ContactErased: (moderation.contact_erased,),
    # broadcasts
    BroadcastSubmitted: (notifications.broadcast_submitted,),
    BroadcastReturned: (notifications.broadcast_returned,),
    BroadcastApproved: (notifications.broadcast_approved,),
    BroadcastPublished: (notifications.broadcast_published,),
    BroadcastWithdrawn: (notifications.broadcast_withdrawn,),
    BroadcastFailed: (notifications.broadcast_failed,),
    # moderation
    CaseOpened: (notifications.case_opened,),
    CaseAssigned: (notifications.case_assigned,),
    CaseStateChanged: (notifications.case_state_changed,),
    CaseQuestionAsked: (notifications.case_question_asked,),
    CaseReplied: (notifications.case_replied,),
    CaseAnswered: (notifications.case_answered,),
    CaseWarned: (notifications.case_warned,),
    CaseOverdue: (notifications.case_overdue,),
    OutcomePublished: (notifications.outcome_published,),
    HistoryBroken: (notifications.history_broken,),
    RoutingRuleFailed: (notifications.routing_rule_failed,),
}

# Which worker hears which bell; those not named go to "work".
BELLS = {
    "deliver": "delivery",
    "process_uploads": "media",
    "sweep_uploads": "media",
    "make_renditions": "media",
}

# What each room knows about a resident, for those who want to take it along.
EXPORTS = {"feedback": feedback_export.of_resident}


def wire() -> None:
    """Install the tables."""
    events.wire(HANDLERS)
    jobs.wire_bells(BELLS)
    export.wire(EXPORTS)
