// Made from openapi.json by `make openapi`; never edited by hand.
export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        AbcDeskItemPage: {
            items: components["schemas"]["BroadcastsDeskItem"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        AllowedMove: {
            /** @description in the caller's language */
            label: string;
            /** @example submit */
            move: string;
            /** @description fields of the request */
            requires: string[];
        };
        ArticleAttachment: {
            bytes: number;
            content_type: string;
            name: string;
            url: string;
        };
        ArticleCard: {
            category: components["schemas"]["ArticleCategory"];
            /** @description empty: for everybody in the unit */
            communities: components["schemas"]["ArticleNamed"][];
            /** Format: date-time */
            corrected_at: string | null;
            cover: components["schemas"]["ArticleCover"] | null;
            /** Format: uuid */
            id: string;
            /** @example vi */
            language: string;
            languages: string[];
            /** @enum {string} */
            priority: "normal" | "priority" | "emergency";
            /** Format: date-time */
            published_at: string;
            slug: string;
            summary: string;
            title: string;
            unit: components["schemas"]["ArticleUnit"];
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: date-time
             * @description the first moment it no longer holds
             */
            valid_to: string | null;
        };
        ArticleCardPage: {
            items: components["schemas"]["ArticleCard"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        ArticleCategory: {
            /** @description in the caller's language */
            label: string;
            /** @example thien_tai_khan_cap */
            slug: string;
        };
        ArticleCategoryList: {
            items: components["schemas"]["ArticleCategory"][];
        };
        ArticleCover: {
            alt: string;
            height: number;
            sources?: components["schemas"]["ArticleCoverSource"][];
            /** @example /media/images/x-1280.webp */
            url: string;
            width: number;
        };
        ArticleCoverSource: {
            bytes: number;
            content_type: string;
            height: number;
            url: string;
            width: number;
        };
        ArticleFileIn: {
            /** @default  */
            alt: string;
            /** @default  */
            name: string;
            /**
             * @default attachment
             * @enum {string}
             */
            role: "cover" | "attachment";
            /** Format: uuid */
            upload_id: string;
        };
        ArticleIn: {
            category: string;
            /** @enum {string} */
            priority?: "normal" | "priority" | "emergency";
            /** @description whom it is for; empty: the whole unit that publishes it */
            scope?: components["schemas"]["ArticlePlace"][];
            /** @description language -> its text */
            texts: {
                [key: string]: components["schemas"]["ArticleWords"];
            };
            /**
             * @description code of a commune or province
             * @example 23798
             */
            unit: string;
            /** Format: date-time */
            valid_from?: string | null;
            /** Format: date-time */
            valid_to?: string | null;
        };
        ArticleMove: {
            /** @default null */
            note: string | null;
            /** @default null */
            override_reason: string | null;
            /**
             * Format: date-time
             * @default null
             */
            publish_at: string | null;
            /** @default null */
            reason: string | null;
        };
        ArticleNamed: {
            /** Format: uuid */
            id: string;
            name: string;
        };
        ArticlePatch: {
            category?: string;
            /** @enum {string} */
            priority?: "normal" | "priority" | "emergency";
            /** @description whom it is for; empty: the whole unit that publishes it */
            scope?: components["schemas"]["ArticlePlace"][];
            /** @description language -> its text */
            texts?: {
                [key: string]: components["schemas"]["ArticleWords"];
            };
            /** Format: date-time */
            valid_from?: string | null;
            /** Format: date-time */
            valid_to?: string | null;
        };
        ArticlePlace: {
            /**
             * Format: uuid
             * @default null
             */
            community_id: string | null;
            /**
             * @description code of a commune or province
             * @example 23798
             */
            unit: string;
        };
        ArticleReading: {
            attachments: components["schemas"]["ArticleAttachment"][];
            /** @description sanitised */
            body_html: string;
            category: components["schemas"]["ArticleCategory"];
            /** @description empty: for everybody in the unit */
            communities: components["schemas"]["ArticleNamed"][];
            /** Format: date-time */
            corrected_at: string | null;
            correction_note: string | null;
            cover: components["schemas"]["ArticleCover"] | null;
            /** Format: uuid */
            id: string;
            /** @example vi */
            language: string;
            languages: string[];
            /** @enum {string} */
            priority: "normal" | "priority" | "emergency";
            /** Format: date-time */
            published_at: string;
            slug: string;
            /** @enum {string} */
            state: "published" | "expired";
            summary: string;
            title: string;
            unit: components["schemas"]["ArticleUnit"];
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: date-time
             * @description the first moment it no longer holds
             */
            valid_to: string | null;
            /** @description texts the public has seen; 1: never corrected */
            versions: number;
        };
        ArticleUnit: {
            /** @example 23798 */
            code: string;
            /** @enum {string} */
            level: "province" | "commune";
            /** @example Xã Ayun */
            name: string;
        };
        ArticleVersion: {
            actor: components["schemas"]["DeskPerson"];
            /** Format: date-time */
            at: string;
            /** @description language -> pieces, against the version asked for */
            changes: {
                [key: string]: components["schemas"]["TextPiece"][];
            } | null;
            note: string | null;
            number: number;
            /** Format: date-time */
            published_at: string | null;
            /** @description language -> its text */
            texts: {
                [key: string]: components["schemas"]["ArticleWords"];
            };
        };
        ArticleWords: {
            /**
             * @description HTML of a plain article; anything else is dropped
             * @default
             */
            body_html: string;
            /** @default  */
            summary: string;
            title: string;
        };
        Asset: {
            bytes: number;
            content_type: string;
            duration_ms: number;
            sha256: string;
            /** @example /device/v1/assets/<sha256> */
            url: string;
        };
        Audio: {
            bytes: number;
            /** @example audio/mpeg */
            content_type: string;
            sha256: string;
            /** @example /media/audio/<sha256>.mp3 */
            url: string;
        };
        BroadcastDetail: {
            /** Format: date-time */
            aired_at: string;
            audio: components["schemas"]["Audio"];
            duration_ms: number;
            /** Format: uuid */
            id: string;
            /** @description machine speech: say so beside the player */
            is_synthetic: boolean;
            /** @enum {string} */
            language: "vi" | "jra" | "bdq" | "blt" | "twh" | "hmn" | "en";
            language_label: string;
            /** @description waveform, 0–100 */
            peaks: number[];
            /** @enum {string} */
            priority: "normal" | "priority" | "emergency";
            programme: components["schemas"]["ProgrammeRef"] | null;
            station: string;
            summary: string;
            title: string;
            transcript: string;
            transcript_available: boolean;
            unit: components["schemas"]["UnitRef"];
        };
        BroadcastIn: {
            /** @enum {string} */
            language?: "vi" | "jra" | "bdq" | "blt" | "twh" | "hmn" | "en";
            /** @enum {string} */
            priority?: "normal" | "priority" | "emergency";
            /** Format: uuid */
            programme_id?: string | null;
            /** Format: date-time */
            scheduled_at?: string | null;
            summary?: string;
            /** @description to be spoken; beside upload_id, the words of the recording */
            text?: string | null;
            title: string;
            /**
             * @description code of a commune or province
             * @example 23798
             */
            unit: string;
            /**
             * Format: uuid
             * @description a finished or arriving upload
             */
            upload_id?: string | null;
            /** @enum {string|null} */
            voice?: "vi" | "vi-vn-x-central" | "vi-vn-x-south" | "en" | null;
            words_per_minute?: number;
        };
        BroadcastItem: {
            /** Format: date-time */
            aired_at: string;
            audio: components["schemas"]["Audio"];
            duration_ms: number;
            /** Format: uuid */
            id: string;
            /** @description machine speech: say so beside the player */
            is_synthetic: boolean;
            /** @enum {string} */
            language: "vi" | "jra" | "bdq" | "blt" | "twh" | "hmn" | "en";
            language_label: string;
            /** @enum {string} */
            priority: "normal" | "priority" | "emergency";
            programme: components["schemas"]["ProgrammeRef"] | null;
            summary: string;
            title: string;
            transcript_available: boolean;
            unit: components["schemas"]["UnitRef"];
        };
        BroadcastItemPage: {
            items: components["schemas"]["BroadcastItem"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        BroadcastPatch: {
            /** @enum {string} */
            language?: "vi" | "jra" | "bdq" | "blt" | "twh" | "hmn" | "en";
            /** @enum {string} */
            priority?: "normal" | "priority" | "emergency";
            /** Format: uuid */
            programme_id?: string | null;
            /** Format: date-time */
            scheduled_at?: string | null;
            summary?: string;
            /** @description to be spoken; beside upload_id, the words of the recording */
            text?: string | null;
            title?: string;
            /**
             * Format: uuid
             * @description a finished or arriving upload
             */
            upload_id?: string | null;
            /** @enum {string|null} */
            voice?: "vi" | "vi-vn-x-central" | "vi-vn-x-south" | "en" | null;
            words_per_minute?: number;
        };
        BroadcastsDeskItem: {
            /** Format: date-time */
            aired_at: string | null;
            /** @enum {string|null} */
            audio_state: "queued" | "processing" | "ready" | "failed" | null;
            author: components["schemas"]["PersonRef"];
            /** Format: date-time */
            created_at: string;
            duration_ms: number | null;
            /** Format: uuid */
            id: string;
            is_synthetic: boolean;
            /** @enum {string} */
            language: "vi" | "jra" | "bdq" | "blt" | "twh" | "hmn" | "en";
            /** @enum {string} */
            priority: "normal" | "priority" | "emergency";
            programme: components["schemas"]["ProgrammeRef"] | null;
            /** Format: date-time */
            scheduled_at: string | null;
            /** @enum {string} */
            state: "draft" | "submitted" | "returned" | "approved" | "scheduled" | "aired" | "archived" | "cancelled" | "withdrawn" | "failed";
            state_label: string;
            title: string;
            unit: components["schemas"]["UnitRef"];
            /** Format: date-time */
            updated_at: string;
            version: number;
        };
        CalendarDayIn: {
            /** @enum {string} */
            kind: "holiday" | "workday" | "closure";
            /** @description shown wherever a deadline is explained, to residents too */
            note: string;
        };
        CalendarDayView: {
            /** Format: date */
            day: string;
            /** @description what the day would be if the unit took its own word back */
            inherited: components["schemas"]["PlainCalendarDay"] | null;
            note: string | null;
            /**
             * @description `country`: national holidays among them
             * @enum {string}
             */
            source: "unit" | "province" | "country" | "usual";
            spans: components["schemas"]["OfficeSpan"][];
            /** @enum {string} */
            type: "working" | "make_up" | "weekend" | "holiday" | "closure";
        };
        Candidate: {
            commune: components["schemas"]["Commune"];
            /** @description from its centre, in metres */
            distance_m: number;
        };
        Case: {
            accuracy_m: number | null;
            allowed_moves: components["schemas"]["CaseMove"][];
            approved_by: components["schemas"]["Named"] | null;
            assignee: components["schemas"]["Named"] | null;
            attachments: components["schemas"]["_File"][];
            awaiting: string | null;
            /** @enum {string} */
            category: "ha_tang_giao_thong" | "dien_nuoc_vien_thong" | "moi_truong_rac_thai" | "dat_dai_xay_dung" | "an_ninh_trat_tu" | "y_te" | "giao_duc" | "an_sinh_chinh_sach_xa_hoi" | "nong_nghiep_thuy_loi" | "hanh_chinh_cong" | "van_hoa_truyen_thanh" | "thien_tai_khan_cap" | "khac";
            category_label: string;
            channel: string;
            clock: components["schemas"]["CaseClock"];
            community: components["schemas"]["Named"] | null;
            complex: boolean;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            due_at: string;
            events: components["schemas"]["CaseEvent"][];
            evidence: components["schemas"]["_Evidence"][];
            id: string;
            /** Format: date-time */
            intake_due_at: string;
            is_overdue: boolean;
            /** @enum {string} */
            kind: "report" | "proposal" | "policy_evaluation" | "question" | "praise";
            kind_label: string;
            language: string;
            latitude: number | null;
            lead_department: components["schemas"]["Named"] | null;
            legal_confirmed: boolean;
            legal_confirmed_by: components["schemas"]["Named"] | null;
            /** @enum {string} */
            legal_type: "ordinary" | "complaint" | "denunciation";
            longitude: number | null;
            messages: components["schemas"]["_CaseMessage"][];
            other_body: string | null;
            /** @enum {string|null} */
            outcome: "done" | "partly_done" | "planned" | "not_possible" | "other_body" | null;
            place_text: string | null;
            /** Format: date */
            planned_on: string | null;
            policy: string | null;
            previewed: boolean;
            /** Format: date-time */
            published_at: string | null;
            /** @description of the outcome; the resident reads it once it is approved */
            reply: string | null;
            reporter: components["schemas"]["_Reporter"];
            resolved_by: components["schemas"]["Named"] | null;
            restricted: boolean;
            routing: {
                [key: string]: unknown;
            };
            /** @enum {string} */
            state: "received" | "needs_information" | "forwarded" | "in_progress" | "awaiting_approval" | "resolved" | "rejected" | "diverted" | "merged" | "reopened" | "withdrawn" | "closed";
            state_label: string;
            subject: components["schemas"]["_Subject"] | null;
            submitted_unit: components["schemas"]["ModerationUnitRef"];
            suggestion: {
                [key: string]: unknown;
            };
            text: string;
            tracking_code: string;
            transfers: number;
            unit: components["schemas"]["ModerationUnitRef"];
            /** @enum {string} */
            urgency: "normal" | "priority" | "emergency";
            /** @description send it back as `If-Match` */
            version: number;
        };
        CaseClock: {
            allowance_minutes: number | null;
            /** Format: date-time */
            due_at: string;
            elapsed_minutes: number | null;
            entries: components["schemas"]["_ClockEntry"][];
            explanation: components["schemas"]["_CountedDay"][];
            paused: boolean;
            /** Format: date-time */
            paused_since: string | null;
            policy: {
                [key: string]: unknown;
            };
            /** @description the unit's calendar changed a moment ago; these dates may still be those of before */
            recounting: boolean;
            round_the_clock: boolean;
            /** @enum {string|null} */
            stage: "intake" | "handling" | null;
            /** Format: date-time */
            started_at: string | null;
            /** @description negative when overdue; null while paused and once it is over */
            working_minutes_left: number | null;
        };
        CaseCounts: {
            /** @description views whose number is a lower bound: of more than 2,000 open cases the most pressing are counted; with `all` among them the numbers by state, urgency and so on are lower bounds too */
            at_least: ("all" | "mine" | "department" | "unassigned" | "overdue" | "due_soon" | "closed")[];
            by_category: {
                [key: string]: number;
            };
            by_legal_type: {
                [key: string]: number;
            };
            by_state: {
                [key: string]: number;
            };
            by_urgency: {
                [key: string]: number;
            };
            by_view: {
                [key: string]: number;
            };
        };
        CaseEvent: {
            actor: components["schemas"]["_Actor"];
            /** Format: date-time */
            at: string;
            /** @description null once it was erased */
            detail: {
                [key: string]: unknown;
            } | null;
            /** @enum {string|null} */
            from_state: "received" | "needs_information" | "forwarded" | "in_progress" | "awaiting_approval" | "resolved" | "rejected" | "diverted" | "merged" | "reopened" | "withdrawn" | "closed" | null;
            id: string;
            seq: number;
            summary: string;
            /** @enum {string|null} */
            to_state: "received" | "needs_information" | "forwarded" | "in_progress" | "awaiting_approval" | "resolved" | "rejected" | "diverted" | "merged" | "reopened" | "withdrawn" | "closed" | null;
            /** @enum {string} */
            type: "opened" | "classified" | "legal_confirmed" | "assigned" | "started" | "asked" | "answered" | "replied" | "resolved" | "approved" | "returned" | "rejected" | "closed" | "diverted" | "transferred" | "reopened" | "withdrawn" | "merged" | "drafted" | "published" | "unpublished" | "identity_read" | "photos_added" | "contact_erased" | "clock_warned" | "clock_extended" | "clock_recalculated";
        };
        CaseItem: {
            assignee: components["schemas"]["Named"] | null;
            /** @description whose turn it is: triage, handler, resident, leader; null when done */
            awaiting: string | null;
            /** @enum {string} */
            category: "ha_tang_giao_thong" | "dien_nuoc_vien_thong" | "moi_truong_rac_thai" | "dat_dai_xay_dung" | "an_ninh_trat_tu" | "y_te" | "giao_duc" | "an_sinh_chinh_sach_xa_hoi" | "nong_nghiep_thuy_loi" | "hanh_chinh_cong" | "van_hoa_truyen_thanh" | "thien_tai_khan_cap" | "khac";
            category_label: string;
            complex: boolean;
            /** Format: date-time */
            created_at: string;
            /** Format: date-time */
            due_at: string;
            excerpt: string;
            has_photos: boolean;
            id: string;
            /** Format: date-time */
            intake_due_at: string;
            is_overdue: boolean;
            /** @enum {string} */
            kind: "report" | "proposal" | "policy_evaluation" | "question" | "praise";
            kind_label: string;
            lead_department: components["schemas"]["Named"] | null;
            legal_confirmed: boolean;
            /** @enum {string} */
            legal_type: "ordinary" | "complaint" | "denunciation";
            paused: boolean;
            published: boolean;
            /** @description the unit's calendar changed a moment ago; these dates may still be those of before */
            recounting: boolean;
            stage: string | null;
            /** @enum {string} */
            state: "received" | "needs_information" | "forwarded" | "in_progress" | "awaiting_approval" | "resolved" | "rejected" | "diverted" | "merged" | "reopened" | "withdrawn" | "closed";
            state_label: string;
            /** @example GL-7K4M-92QX */
            tracking_code: string;
            unit: components["schemas"]["ModerationUnitRef"];
            /** @enum {string} */
            urgency: "normal" | "priority" | "emergency";
            version: number;
            /**
             * @description of the unit's working time until the running stage is due; negative when overdue; null while paused and once it is over
             * @example 315
             */
            working_minutes_left: number | null;
        };
        CaseMove: {
            label: string;
            /** @description facts of the case that still stand in its way */
            missing: components["schemas"]["_Missing"][];
            move: string;
            /** @description members of its body */
            requires: string[];
        };
        CasePage: {
            items: components["schemas"]["CaseItem"][];
            /** @description null on the last page */
            next_cursor: string | null;
            /** @description more cases hold the words of `q` than were looked at */
            truncated: boolean;
        };
        Change: {
            communes?: string[];
            /**
             * @default vi
             * @enum {string}
             */
            language: "vi" | "en";
            topics?: ("articles" | "broadcasts" | "feedback" | "emergency")[];
            tracking_codes?: components["schemas"]["Followed"][];
        };
        ChangeMe: {
            commune?: string | null;
            /** @enum {string} */
            language?: "vi" | "en";
            name?: string | null;
        };
        ChangePassword: {
            current_password: string;
            /** @description 10 to 200 characters */
            new_password: string;
        };
        ChangePortal: {
            active?: boolean;
            /**
             * @example [
             *       "https://gialai.gov.vn",
             *       "https://*.gialai.gov.vn"
             *     ]
             */
            allowed_origins?: string[];
            name?: string;
        };
        ChangeStaff: {
            active?: boolean;
            /** Format: email */
            email?: string | null;
            /** @enum {string} */
            language?: "vi" | "en";
            name?: string;
            phone?: string | null;
            reason?: string;
        };
        ChannelHealth: {
            channel: string;
            dropped_24h: number;
            failed_24h: number;
            leased: number;
            oldest_queued_seconds: number | null;
            queued: number;
            sent_24h: number;
        };
        Circle: {
            latitude: number;
            longitude: number;
            /** @example 500 */
            metres: number;
        };
        CodeOut: {
            /** @description shown this once */
            code: string;
            /** Format: date-time */
            expires_at: string;
        };
        CodeRequest: {
            /**
             * @default null
             * @example 23798
             */
            commune: string | null;
            /** @example 0905 123 456 */
            phone: string;
        };
        CodeRequested: {
            /** Format: date-time */
            expires_at: string;
            /**
             * Format: date-time
             * @description from then on another code may be asked for
             */
            resend_after: string;
        };
        Commune: {
            /**
             * @description administrative code (Decision 19/2025)
             * @example 23798
             */
            code: string;
            /** @example Xã Ayun */
            full_name: string;
            /** @enum {string} */
            kind: "thanh_pho" | "tinh" | "phuong" | "xa" | "dac_khu" | "thi_tran" | "huyen";
            latitude: number | null;
            longitude: number | null;
            matched: components["schemas"]["Match"] | null;
            /** @example Ayun */
            name: string;
            province: components["schemas"]["UnitRef"];
            /** @description somebody in this commune works with the system */
            staffed: boolean;
            /** Format: date */
            valid_from: string | null;
            /** Format: date */
            valid_to: string | null;
        };
        CommuneDetail: {
            /**
             * @description administrative code (Decision 19/2025)
             * @example 23798
             */
            code: string;
            /** @example Xã Ayun */
            full_name: string;
            hotline: string | null;
            /** @enum {string} */
            kind: "thanh_pho" | "tinh" | "phuong" | "xa" | "dac_khu" | "thi_tran" | "huyen";
            /**
             * @description languages it publishes in
             * @example [
             *       "vi",
             *       "bdq"
             *     ]
             */
            languages: string[];
            latitude: number | null;
            longitude: number | null;
            matched: components["schemas"]["Match"] | null;
            /** @example Ayun */
            name: string;
            predecessors: components["schemas"]["Predecessor"][];
            province: components["schemas"]["UnitRef"];
            /** @description somebody in this commune works with the system */
            staffed: boolean;
            /** Format: date */
            valid_from: string | null;
            /** Format: date */
            valid_to: string | null;
        };
        CommuneList: {
            items: components["schemas"]["Commune"][];
        };
        CommuneRef: {
            code: string;
            name: string;
        };
        Community: {
            code: string;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "thon" | "lang" | "buon" | "ban" | "to_dan_pho";
            latitude: number | null;
            longitude: number | null;
            name: string;
        };
        CommunityList: {
            items: components["schemas"]["Community"][];
        };
        CommunityRef: {
            /** Format: uuid */
            id: string;
            name: string;
        };
        ConfirmPassword: {
            current_password: string;
        };
        Consistency: {
            from: number;
            proof: string[];
            to: number;
        };
        CreatedStaff: {
            active: boolean;
            email: string | null;
            grants: components["schemas"]["GrantView"][];
            has_totp: boolean;
            /** Format: uuid */
            id: string;
            /** @description shown once; to be changed at the first sign-in */
            initial_password: string;
            language: string;
            must_change_password: boolean;
            name: string;
            phone_masked: string | null;
            /** @description where they are employed */
            unit: components["schemas"]["UnitView"];
            /** @example hoa.ayun */
            username: string;
            version: number;
        };
        DepartmentList: {
            items: components["schemas"]["DepartmentView"][];
        };
        DepartmentView: {
            code: string;
            /** Format: uuid */
            id: string;
            is_front_desk: boolean;
            name: string;
            phone: string | null;
        };
        DeskArticle: {
            allowed_moves: components["schemas"]["AllowedMove"][];
            attachments: components["schemas"]["DeskFile"][];
            author: components["schemas"]["ArticleNamed"];
            can_edit: boolean;
            category: components["schemas"]["ArticleCategory"];
            /** Format: date-time */
            corrected_at: string | null;
            correction_note: string | null;
            cover: components["schemas"]["DeskFile"] | null;
            events: components["schemas"]["DeskEvent"][];
            /** Format: date-time */
            expired_at: string | null;
            /** Format: uuid */
            id: string;
            languages: string[];
            needs_review: boolean;
            /** @enum {string} */
            priority: "normal" | "priority" | "emergency";
            public_url: string | null;
            /** Format: date-time */
            publish_at: string | null;
            /** Format: date-time */
            published_at: string | null;
            scope: components["schemas"]["DeskPlace"][];
            slug: string;
            /** @enum {string} */
            state: "draft" | "submitted" | "returned" | "approved" | "scheduled" | "published" | "correcting" | "correction_submitted" | "withdrawn" | "cancelled";
            state_label: string;
            summary: string;
            /** @description language -> its text */
            texts: {
                [key: string]: components["schemas"]["ArticleWords"];
            };
            title: string;
            unit: components["schemas"]["ArticleUnit"];
            /** Format: date-time */
            updated_at: string;
            /** Format: date-time */
            valid_from: string | null;
            /** Format: date-time */
            valid_to: string | null;
            version: number;
            versions: components["schemas"]["DeskVersion"][];
            /** Format: date-time */
            withdrawn_at: string | null;
        };
        DeskBroadcast: {
            /** Format: date-time */
            aired_at: string | null;
            allowed_moves: components["schemas"]["AllowedMove"][];
            /** Format: date-time */
            approved_at: string | null;
            approved_by: components["schemas"]["PersonRef"] | null;
            approved_sha256: string | null;
            /** @enum {string|null} */
            audio_state: "queued" | "processing" | "ready" | "failed" | null;
            author: components["schemas"]["PersonRef"];
            can_edit: boolean;
            /** Format: date-time */
            created_at: string;
            duration_ms: number | null;
            events: components["schemas"]["Event"][];
            /** Format: uuid */
            id: string;
            is_synthetic: boolean;
            /** @enum {string} */
            language: "vi" | "jra" | "bdq" | "blt" | "twh" | "hmn" | "en";
            /** @enum {string} */
            priority: "normal" | "priority" | "emergency";
            programme: components["schemas"]["ProgrammeRef"] | null;
            public_url: string | null;
            rendition: components["schemas"]["Rendition"] | null;
            revision: number;
            /** Format: date-time */
            scheduled_at: string | null;
            segments: components["schemas"]["Segment"][];
            /** @enum {string} */
            state: "draft" | "submitted" | "returned" | "approved" | "scheduled" | "aired" | "archived" | "cancelled" | "withdrawn" | "failed";
            state_label: string;
            state_reason: string;
            summary: string;
            title: string;
            transcript: string;
            unit: components["schemas"]["UnitRef"];
            /** Format: date-time */
            updated_at: string;
            version: number;
        };
        DeskEvent: {
            actor: components["schemas"]["DeskPerson"];
            /** Format: date-time */
            at: string;
            detail: {
                [key: string]: unknown;
            };
            from_state: string | null;
            /** Format: uuid */
            id: string;
            reason: string | null;
            /** @description in the caller's language */
            summary: string;
            to_state: string;
            type: string;
        };
        DeskFile: {
            alt: string;
            bytes: number;
            content_type: string | null;
            /** Format: uuid */
            id: string;
            name: string;
            /** @description of the upload */
            state: string;
            /** Format: uuid */
            upload_id: string;
            /** @description once the public may see it */
            url: string | null;
        };
        DeskItem: {
            author: components["schemas"]["ArticleNamed"];
            category: components["schemas"]["ArticleCategory"];
            /** Format: uuid */
            id: string;
            languages: string[];
            needs_review: boolean;
            /** @enum {string} */
            priority: "normal" | "priority" | "emergency";
            /** Format: date-time */
            publish_at: string | null;
            /** Format: date-time */
            published_at: string | null;
            slug: string;
            /** @enum {string} */
            state: "draft" | "submitted" | "returned" | "approved" | "scheduled" | "published" | "correcting" | "correction_submitted" | "withdrawn" | "cancelled";
            state_label: string;
            summary: string;
            title: string;
            unit: components["schemas"]["ArticleUnit"];
            /** Format: date-time */
            updated_at: string;
            /** Format: date-time */
            valid_from: string | null;
            /** Format: date-time */
            valid_to: string | null;
            version: number;
        };
        DeskItemPage: {
            items: components["schemas"]["DeskItem"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        DeskPerson: {
            /** Format: uuid */
            id: string | null;
            /** @description the system itself has a name too */
            name: string;
        };
        DeskPlace: {
            community: components["schemas"]["ArticleNamed"] | null;
            unit: components["schemas"]["ArticleUnit"];
        };
        DeskVersion: {
            actor: components["schemas"]["DeskPerson"];
            /** Format: date-time */
            at: string;
            note: string | null;
            number: number;
            /** Format: date-time */
            published_at: string | null;
        };
        DeviceDetail: {
            community: components["schemas"]["CommunityRef"] | null;
            /** Format: date-time */
            enrolled_at: string | null;
            hardware_id: string | null;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "speaker_cluster" | "public_display";
            kind_label: string;
            last_report: {
                [key: string]: unknown;
            } | null;
            /** Format: date-time */
            last_seen_at: string | null;
            latitude: number | null;
            longitude: number | null;
            name: string;
            /** @description heard of lately */
            online: boolean;
            place_text: string;
            plays: components["schemas"]["Play"][];
            /** Format: date-time */
            revoked_at: string | null;
            software: string;
            /** @enum {string} */
            status: "awaiting" | "active" | "revoked";
            status_label: string;
            unit: components["schemas"]["UnitRef"];
            /** @description works from today's manifest */
            up_to_date: boolean | null;
            version: number;
        };
        DeviceIn: {
            /**
             * Format: uuid
             * @default null
             */
            community_id: string | null;
            /** @enum {string} */
            kind: "speaker_cluster" | "public_display";
            /** @default null */
            latitude: number | null;
            /** @default null */
            longitude: number | null;
            /** @example Máy-01 */
            name: string;
            /** @default  */
            place_text: string;
            /**
             * @description code of a commune or province
             * @example 23798
             */
            unit: string;
        };
        DeviceItem: {
            community: components["schemas"]["CommunityRef"] | null;
            /** Format: date-time */
            enrolled_at: string | null;
            hardware_id: string | null;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "speaker_cluster" | "public_display";
            kind_label: string;
            last_report: {
                [key: string]: unknown;
            } | null;
            /** Format: date-time */
            last_seen_at: string | null;
            latitude: number | null;
            longitude: number | null;
            name: string;
            /** @description heard of lately */
            online: boolean;
            place_text: string;
            /** Format: date-time */
            revoked_at: string | null;
            software: string;
            /** @enum {string} */
            status: "awaiting" | "active" | "revoked";
            status_label: string;
            unit: components["schemas"]["UnitRef"];
            version: number;
        };
        DeviceItemPage: {
            items: components["schemas"]["DeviceItem"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        DevicePatch: {
            /** Format: uuid */
            community_id?: string | null;
            latitude?: number | null;
            longitude?: number | null;
            name?: string;
            place_text?: string;
        };
        DeviceRef: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "speaker_cluster" | "public_display";
            name: string;
        };
        EnrolIn: {
            /** @example 7K4M-92QX-5TBN */
            code: string;
            hardware_id: string;
            /** @enum {string} */
            kind: "speaker_cluster" | "public_display";
            /** @example agent 1.0 */
            software: string;
        };
        EnrolOut: {
            /** Format: uuid */
            device_id: string;
            /** @description shown this once */
            secret: string;
        };
        Event: {
            actor: components["schemas"]["PersonRef"];
            /** Format: date-time */
            at: string;
            detail: {
                [key: string]: unknown;
            };
            note: string;
            summary: string;
            type: string;
        };
        FeedbackAnswer: {
            text: string;
            /** @description uploads of this sender; they need not be complete */
            upload_ids?: string[];
        };
        FeedbackCategories: {
            items: components["schemas"]["FeedbackCategory"][];
        };
        FeedbackCategory: {
            label: string;
            slug: string;
        };
        FeedbackFile: {
            height?: number;
            /** Format: uuid */
            id: string;
            kind: string;
            sources?: {
                [key: string]: unknown;
            }[];
            /** @enum {string} */
            state: "receiving" | "received" | "processing" | "clean" | "rejected";
            url: string | null;
            width?: number;
        };
        FeedbackFiles: {
            /** @description uploads of this sender; they need not be complete */
            upload_ids: string[];
        };
        FeedbackFilesAdded: {
            items: components["schemas"]["FeedbackFile"][];
        };
        FeedbackMessage: {
            /** Format: date-time */
            at: string;
            attachments: components["schemas"]["FeedbackFile"][];
            /** @enum {string} */
            from: "official" | "resident";
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "question" | "answer" | "reply";
            text: string;
        };
        FeedbackReceipt: {
            /** Format: date-time */
            due_at: string | null;
            /** Format: uuid */
            id: string;
            /** @enum {string|null} */
            legal_hint: "ordinary" | "complaint" | "denunciation" | null;
            /** @description in plain words */
            next_step: string;
            /** @example 271828 */
            pin: string;
            /** @enum {string} */
            state: "received" | "needs_information" | "forwarded" | "in_progress" | "awaiting_approval" | "resolved" | "rejected" | "diverted" | "merged" | "reopened" | "withdrawn" | "closed";
            state_label: string;
            /** Format: date-time */
            submitted_at: string;
            /** @example GL-7K4M-92QX */
            tracking_code: string;
        };
        FeedbackSubmission: {
            /**
             * @description radius of the position's uncertainty
             * @default null
             */
            accuracy_m: number | null;
            /**
             * @default null
             * @enum {string|null}
             */
            category: "ha_tang_giao_thong" | "dien_nuoc_vien_thong" | "moi_truong_rac_thai" | "dat_dai_xay_dung" | "an_ninh_trat_tu" | "y_te" | "giao_duc" | "an_sinh_chinh_sach_xa_hoi" | "nong_nghiep_thuy_loi" | "hanh_chinh_cong" | "van_hoa_truyen_thanh" | "thien_tai_khan_cap" | "khac" | null;
            /** @example 23798 */
            commune: string;
            /**
             * Format: uuid
             * @default null
             */
            community_id: string | null;
            /** @description `version` of the privacy notice that was agreed to */
            consent_version: number;
            /** @enum {string} */
            identity: "named" | "hidden" | "anonymous";
            /** @enum {string} */
            kind: "report" | "proposal" | "policy_evaluation" | "question" | "praise";
            /** @default null */
            latitude: number | null;
            /** @default null */
            longitude: number | null;
            /** @default null */
            name: string | null;
            /**
             * Format: date-time
             * @description when it happened
             * @default null
             */
            occurred_at: string | null;
            /**
             * @default null
             * @example 0912 345 678
             */
            phone: string | null;
            /** @default null */
            place_text: string | null;
            /**
             * @default null
             * @enum {string|null}
             */
            policy: "giam_ngheo" | "nong_thon_moi" | "xoa_nha_tam" | "an_sinh_dtts" | "tro_cap_xa_hoi" | "nguoi_co_cong" | "vay_von_chinh_sach" | "bhyt" | "tiem_chung" | "mien_hoc_phi" | "hoc_ba_so" | "nuoc_sach" | "thu_gom_rac" | "cap_so_do" | "boi_thuong_dat" | "tai_dinh_cu" | "sap_nhap_xa" | "dich_vu_cong_truc_tuyen" | "vneid" | "chuyen_doi_so" | "camera_an_ninh" | "pccc" | "phong_chong_thien_tai" | null;
            /** @default null */
            subject_id: string | null;
            /** @default null */
            subject_kind: string | null;
            text: string;
            /** @description uploads of this sender; they need not be complete */
            upload_ids?: string[];
        };
        FeedbackThread: {
            attachments?: components["schemas"]["FeedbackFile"][];
            awaiting_answer?: boolean;
            category: components["schemas"]["FeedbackCategory"] | null;
            commune: components["schemas"]["FeedbackUnit"];
            /** Format: date-time */
            due_at: string | null;
            /** @enum {string} */
            identity?: "named" | "hidden" | "anonymous";
            is_overdue: boolean;
            /** @enum {string} */
            kind: "report" | "proposal" | "policy_evaluation" | "question" | "praise";
            merged_into?: string | null;
            messages?: components["schemas"]["FeedbackMessage"][];
            next_step: string;
            place_text?: string | null;
            public_url: string | null;
            /** @description why it was rejected or closed */
            reason?: string | null;
            /** @enum {string} */
            state: "received" | "needs_information" | "forwarded" | "in_progress" | "awaiting_approval" | "resolved" | "rejected" | "diverted" | "merged" | "reopened" | "withdrawn" | "closed";
            state_label: string;
            /** Format: date-time */
            submitted_at: string;
            text?: string;
            timeline: components["schemas"]["FeedbackTimelineEntry"][];
            tracking_code: string;
            /** Format: date-time */
            updated_at: string;
        };
        FeedbackTimelineEntry: {
            /** Format: date-time */
            at: string;
            label: string;
        };
        FeedbackUnit: {
            code: string;
            name: string;
        };
        Followed: {
            code: string;
            pin: string;
        };
        Geometry: {
            coordinates: unknown[];
            /** @enum {string} */
            type: "Polygon" | "MultiPolygon";
        };
        GrantView: {
            community: components["schemas"]["NamedRef"] | null;
            department: components["schemas"]["NamedRef"] | null;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            role: "triage_officer" | "handler" | "drafter" | "editor" | "approver" | "broadcast_operator" | "device_technician" | "one_stop_desk" | "village_head" | "commune_leader" | "province_supervisor" | "administrator" | "portal_client";
            unit: components["schemas"]["UnitView"];
            /** Format: date-time */
            valid_from: string;
            /** Format: date-time */
            valid_to: string | null;
        };
        HandedOver: {
            initial_password: string;
        };
        Handler: {
            id: string;
            name: string;
        };
        Handlers: {
            items: components["schemas"]["Handler"][];
        };
        Head: {
            /** Format: date-time */
            at: string;
            key_id: string;
            number: number;
            origin: string;
            root: string;
            signature: string;
            size: number;
        };
        HeadPage: {
            items: components["schemas"]["Head"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        HoursView: {
            /**
             * @description whose hours they are; `usual`: nobody entered any
             * @enum {string}
             */
            source: "unit" | "province" | "country" | "usual";
            /** @description Monday first; a day without office hours is empty */
            week: components["schemas"]["OfficeSpan"][][];
        };
        Identity: {
            name: string | null;
            /** @example +84905123456 */
            phone: string | null;
        };
        IdentityReason: {
            reason: string;
        };
        Inbox: {
            items: components["schemas"]["InboxItem"][];
            next_cursor: string | null;
            unread: number;
        };
        InboxItem: {
            body: string;
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            id: string;
            kind: string;
            link: string;
            /** Format: date-time */
            read_at: string | null;
            title: string;
            urgent: boolean;
        };
        Key: {
            endorsement: string | null;
            key_id: string;
            /** Format: date-time */
            made_at: string;
            number: number;
            public_key: string;
            /** Format: date-time */
            retired_at: string | null;
        };
        Keys: {
            items: components["schemas"]["Key"][];
        };
        Located: {
            candidates: components["schemas"]["Candidate"][];
            /**
             * @description `boundary`: certain; `nearest_centres`: guesses to choose from
             * @enum {string}
             */
            method: "boundary" | "nearest_centres";
        };
        Manifest: {
            device: components["schemas"]["DeviceRef"];
            /** Format: date-time */
            generated_at: string;
            items: components["schemas"]["ManifestItem"][];
            poll_after_s: number;
        };
        ManifestItem: {
            asset: components["schemas"]["Asset"];
            /** Format: uuid */
            broadcast_id: string;
            language: string;
            /** @enum {string} */
            priority: "normal" | "priority" | "emergency";
            /** Format: date-time */
            starts_at: string;
            title: string;
        };
        Match: {
            /**
             * @description administrative code (Decision 19/2025)
             * @example 23798
             */
            code: string;
            /** @description of a former unit */
            district: string | null;
            /** @example Xã Đak Jơ Ta */
            name: string;
            /** @enum {string} */
            reason: "current" | "former_name" | "former_code" | "merged_into";
            /** Format: date */
            valid_from: string | null;
            /** Format: date */
            valid_to: string | null;
        };
        MeView: {
            /** @enum {string} */
            kind: "resident" | "staff";
            resident?: components["schemas"]["ResidentView"];
            staff?: components["schemas"]["StaffMe"];
        };
        ModerationUnitRef: {
            /** @example 23798 */
            code: string;
            /** @example Xã Ayun */
            name: string;
        };
        Move: {
            /** @enum {string} */
            category?: "ha_tang_giao_thong" | "dien_nuoc_vien_thong" | "moi_truong_rac_thai" | "dat_dai_xay_dung" | "an_ninh_trat_tu" | "y_te" | "giao_duc" | "an_sinh_chinh_sach_xa_hoi" | "nong_nghiep_thuy_loi" | "hanh_chinh_cong" | "van_hoa_truyen_thanh" | "thien_tai_khan_cap" | "khac";
            complex?: boolean;
            /** Format: uuid */
            department_id?: string;
            evidence_upload_ids?: string[];
            into?: string;
            /** @enum {string} */
            kind?: "report" | "proposal" | "policy_evaluation" | "question" | "praise";
            /** @enum {string} */
            legal_type?: "ordinary" | "complaint" | "denunciation";
            note?: string | null;
            other_body?: string | null;
            /** @enum {string} */
            outcome?: "done" | "partly_done" | "planned" | "not_possible" | "other_body";
            override_reason?: string | null;
            /** Format: date */
            planned_on?: string | null;
            public?: boolean;
            reason?: string;
            reply?: string;
            /** Format: uuid */
            staff_id?: string | null;
            text?: string;
            unit_code?: string;
            /** @enum {string} */
            urgency?: "normal" | "priority" | "emergency";
        };
        MoveIn: {
            /** @default null */
            override_reason: string | null;
            /** @default null */
            reason: string | null;
            /**
             * Format: date-time
             * @default null
             */
            scheduled_at: string | null;
            /**
             * @description of the file the approver listened to
             * @default null
             */
            sha256: string | null;
        };
        MovedCase: {
            allowed_moves?: components["schemas"]["CaseMove"][];
            events?: components["schemas"]["CaseEvent"][];
            id: string;
            /** @enum {string} */
            state: "received" | "needs_information" | "forwarded" | "in_progress" | "awaiting_approval" | "resolved" | "rejected" | "diverted" | "merged" | "reopened" | "withdrawn" | "closed";
            /** @description send it back as `If-Match` */
            version: number;
        } & {
            [key: string]: unknown;
        };
        MyFeedback: {
            awaiting_answer: boolean;
            category: components["schemas"]["FeedbackCategory"] | null;
            commune: components["schemas"]["FeedbackUnit"];
            /** Format: date-time */
            due_at: string | null;
            excerpt: string;
            is_overdue: boolean;
            /** @enum {string} */
            kind: "report" | "proposal" | "policy_evaluation" | "question" | "praise";
            next_step: string;
            public_url: string | null;
            /** @enum {string} */
            state: "received" | "needs_information" | "forwarded" | "in_progress" | "awaiting_approval" | "resolved" | "rejected" | "diverted" | "merged" | "reopened" | "withdrawn" | "closed";
            state_label: string;
            /** Format: date-time */
            submitted_at: string;
            timeline: components["schemas"]["FeedbackTimelineEntry"][];
            tracking_code: string;
            /** Format: date-time */
            updated_at: string;
        };
        MyFeedbackPage: {
            items: components["schemas"]["MyFeedback"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        Named: {
            id: string;
            name: string | null;
        };
        NamedCode: {
            /** @example tram_y_te */
            code: string;
            /** @example Trạm y tế */
            name: string;
        };
        NamedRef: {
            /** Format: uuid */
            id: string;
            name: string;
        };
        NewGrant: {
            /**
             * Format: uuid
             * @description with the roles that take one, and no other
             * @default null
             */
            community_id: string | null;
            /**
             * Format: uuid
             * @description with the roles that need one, and no other
             * @default null
             */
            department_id: string | null;
            /** @enum {string} */
            role: "triage_officer" | "handler" | "drafter" | "editor" | "approver" | "broadcast_operator" | "device_technician" | "one_stop_desk" | "village_head" | "commune_leader" | "province_supervisor" | "administrator" | "portal_client";
            /** @example 23798 */
            unit: string;
            /**
             * Format: date-time
             * @default null
             */
            valid_from: string | null;
            /**
             * Format: date-time
             * @default null
             */
            valid_to: string | null;
        };
        NewPortal: {
            /**
             * @example [
             *       "https://gialai.gov.vn",
             *       "https://*.gialai.gov.vn"
             *     ]
             */
            allowed_origins?: string[];
            name: string;
            /** @example 52 */
            unit: string;
        };
        NewStaff: {
            /**
             * Format: email
             * @default null
             */
            email: string | null;
            grants?: components["schemas"]["NewGrant"][];
            /**
             * @default vi
             * @enum {string}
             */
            language: "vi" | "en";
            name: string;
            /** @default null */
            phone: string | null;
            /** @example 23798 */
            unit: string;
            /** @example hoa.ayun */
            username: string;
        };
        NewSubscription: {
            communes: string[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "webpush" | "fcm";
            language: string;
            /** @description send it as X-Subscription-Token; told only once */
            token: string;
            topics: string[];
        };
        OfficeSpan: {
            /** @example 07:30 */
            closes: string;
            /** @example 07:30 */
            opens: string;
        };
        OutboxHealth: {
            by_channel: components["schemas"]["ChannelHealth"][];
            paused_hosts: components["schemas"]["PausedHost"][];
            pending_messages: number;
        };
        PaginationMetadata: {
            /** @description First available page number. */
            first_page?: number;
            /** @description Last available page number. */
            last_page?: number;
            /** @description Next page number. */
            next_page?: number;
            /** @description Current page number. */
            page?: number;
            /** @description Previous page number. */
            previous_page?: number;
            /** @description Total number of items. */
            total?: number;
            /** @description Total number of pages. */
            total_pages?: number;
        };
        PausedHost: {
            host: string;
            /** Format: date-time */
            until: string;
        };
        PersonRef: {
            /** Format: uuid */
            id: string | null;
            name: string;
        };
        PlainCalendarDay: {
            /** Format: date */
            day: string;
            note: string | null;
            spans: components["schemas"]["OfficeSpan"][];
            /** @enum {string} */
            type: "working" | "make_up" | "weekend" | "holiday" | "closure";
        };
        Play: {
            /** Format: uuid */
            broadcast_id: string;
            /** Format: date-time */
            ended_at: string | null;
            reason: string;
            /** @enum {string} */
            result: "played" | "interrupted" | "failed" | "skipped";
            result_label: string;
            /** Format: date-time */
            started_at: string;
        };
        PlayIn: {
            /** Format: uuid */
            broadcast_id: string;
            /**
             * Format: date-time
             * @default null
             */
            ended_at: string | null;
            /** @default  */
            reason: string;
            /** @enum {string} */
            result: "played" | "interrupted" | "failed" | "skipped";
            sha256: string;
            /** Format: date-time */
            started_at: string;
        };
        Policies: {
            items: components["schemas"]["Policy"][];
        };
        Policy: {
            name: string;
            slug: string;
        };
        PolicyCard: {
            /** Format: date */
            issued_on: string | null;
            issuer: string | null;
            /** @enum {string} */
            kind: "programme" | "resolution" | "plan" | "regulation";
            kind_label: string;
            /** @example vi */
            language: string;
            languages: string[];
            name: string;
            /** @example 12/NQ-HĐND */
            number: string | null;
            promise_counts: components["schemas"]["PromiseCounts"];
            /** Format: date-time */
            published_at: string | null;
            /** @example nuoc_sach */
            slug: string;
            /** @enum {string} */
            state: "draft" | "published" | "archived";
            summary: string;
            /** @description who answers for it; null: the whole country */
            unit: components["schemas"]["UnitView"] | null;
            /** Format: date-time */
            updated_at: string;
            /** Format: date */
            valid_from: string | null;
            /**
             * Format: date
             * @description the last day, inclusive
             */
            valid_to: string | null;
            /** @enum {string} */
            validity: "upcoming" | "in_force" | "ended";
        };
        PolicyCardPage: {
            items: components["schemas"]["PolicyCard"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        PolicyDeskItem: {
            /** Format: uuid */
            id: string;
            /** Format: date */
            issued_on: string | null;
            issuer: string | null;
            /** @enum {string} */
            kind: "programme" | "resolution" | "plan" | "regulation";
            kind_label: string;
            /** @example vi */
            language: string;
            languages: string[];
            name: string;
            /** @example 12/NQ-HĐND */
            number: string | null;
            promise_counts: components["schemas"]["PromiseCounts"];
            /** Format: date-time */
            published_at: string | null;
            /** @example nuoc_sach */
            slug: string;
            /** @enum {string} */
            state: "draft" | "published" | "archived";
            state_label: string;
            summary: string;
            /** @description who answers for it; null: the whole country */
            unit: components["schemas"]["UnitView"] | null;
            /** Format: date-time */
            updated_at: string;
            /** Format: date */
            valid_from: string | null;
            /**
             * Format: date
             * @description the last day, inclusive
             */
            valid_to: string | null;
            /** @enum {string} */
            validity: "upcoming" | "in_force" | "ended";
            version: number;
        };
        PolicyDeskItemPage: {
            items: components["schemas"]["PolicyDeskItem"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        PolicyDetail: {
            allowed_moves: components["schemas"]["AllowedMove"][];
            can_edit: boolean;
            events: components["schemas"]["PolicyEvent"][];
            /** Format: uuid */
            id: string;
            /** Format: date */
            issued_on: string | null;
            issuer: string | null;
            /** @enum {string} */
            kind: "programme" | "resolution" | "plan" | "regulation";
            kind_label: string;
            /** @example vi */
            language: string;
            languages: string[];
            name: string;
            /** @example 12/NQ-HĐND */
            number: string | null;
            promise_counts: components["schemas"]["PromiseCounts"];
            promises: components["schemas"]["PromiseDesk"][];
            /** Format: date-time */
            published_at: string | null;
            /** @example nuoc_sach */
            slug: string;
            /** @enum {string} */
            state: "draft" | "published" | "archived";
            state_label: string;
            summary: string;
            texts: {
                [key: string]: components["schemas"]["PolicyWords"];
            };
            /** @description who answers for it; null: the whole country */
            unit: components["schemas"]["UnitView"] | null;
            /** Format: date-time */
            updated_at: string;
            /** Format: date */
            valid_from: string | null;
            /**
             * Format: date
             * @description the last day, inclusive
             */
            valid_to: string | null;
            /** @enum {string} */
            validity: "upcoming" | "in_force" | "ended";
            version: number;
        };
        PolicyEvent: {
            actor: components["schemas"]["PolicyPerson"];
            /** Format: date-time */
            at: string;
            /** @description field -> what it was before */
            detail: {
                [key: string]: unknown;
            };
            from_state: string | null;
            /** Format: uuid */
            id: string;
            /** @description what was changed, in words */
            note: string | null;
            reason: string | null;
            /** @description in the caller's language */
            summary: string;
            to_state: string;
            type: string;
        };
        PolicyIn: {
            /** Format: date */
            issued_on?: string | null;
            issuer?: string | null;
            /** @enum {string} */
            kind: "programme" | "resolution" | "plan" | "regulation";
            number?: string | null;
            promises?: components["schemas"]["PromiseIn"][];
            /**
             * @description language -> its text; Vietnamese is always there
             * @example {
             *       "vi": "…"
             *     }
             */
            texts: {
                [key: string]: components["schemas"]["PolicyWords"];
            };
            /**
             * @description code of a commune or province
             * @example 23798
             */
            unit: string;
            /** Format: date */
            valid_from?: string | null;
            /** Format: date */
            valid_to?: string | null;
        };
        PolicyMoveIn: {
            /** @default null */
            reason: string | null;
        };
        PolicyPatch: {
            /** Format: date */
            issued_on?: string | null;
            issuer?: string | null;
            /** @enum {string} */
            kind?: "programme" | "resolution" | "plan" | "regulation";
            number?: string | null;
            promises?: components["schemas"]["PromiseIn"][];
            /**
             * @description language -> its text; Vietnamese is always there
             * @example {
             *       "vi": "…"
             *     }
             */
            texts?: {
                [key: string]: components["schemas"]["PolicyWords"];
            };
            /** Format: date */
            valid_from?: string | null;
            /** Format: date */
            valid_to?: string | null;
        };
        PolicyPerson: {
            /** Format: uuid */
            id: string | null;
            name: string;
        };
        PolicyReading: {
            /** @description plain text; an empty line parts paragraphs */
            body: string;
            /** Format: date */
            issued_on: string | null;
            issuer: string | null;
            /** @enum {string} */
            kind: "programme" | "resolution" | "plan" | "regulation";
            kind_label: string;
            /** @example vi */
            language: string;
            languages: string[];
            name: string;
            /** @example 12/NQ-HĐND */
            number: string | null;
            promise_counts: components["schemas"]["PromiseCounts"];
            promises: components["schemas"]["PublicPromise"][];
            /** Format: date-time */
            published_at: string | null;
            /** @example nuoc_sach */
            slug: string;
            /** @enum {string} */
            state: "draft" | "published" | "archived";
            summary: string;
            /** @description who answers for it; null: the whole country */
            unit: components["schemas"]["UnitView"] | null;
            /** Format: date-time */
            updated_at: string;
            /** Format: date */
            valid_from: string | null;
            /**
             * Format: date
             * @description the last day, inclusive
             */
            valid_to: string | null;
            /** @enum {string} */
            validity: "upcoming" | "in_force" | "ended";
        };
        PolicyWords: {
            /**
             * @description plain text; an empty line parts paragraphs
             * @default
             */
            body: string;
            name: string;
            /** @default  */
            summary: string;
        };
        PortalView: {
            active: boolean;
            allowed_origins: string[];
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            key_made_at: string;
            name: string;
            /** @description for whose communes it hands in feedback */
            unit: components["schemas"]["UnitView"];
            version: number;
        };
        PortalViewPage: {
            items: components["schemas"]["PortalView"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        PortalWithKey: {
            active: boolean;
            allowed_origins: string[];
            /** Format: date-time */
            created_at: string;
            /** Format: uuid */
            id: string;
            /**
             * @description shown once
             * @example tlp_8sEZ0pQ2mYc5vX1nR7tK4wJ6uH9aL3dG
             */
            key: string;
            /** Format: date-time */
            key_made_at: string;
            name: string;
            /** @description for whose communes it hands in feedback */
            unit: components["schemas"]["UnitView"];
            version: number;
        };
        Predecessor: {
            code: string;
            district: string | null;
            /** Format: date */
            effective_on: string;
            /** @enum {string} */
            kind: "continued" | "renamed" | "merged" | "split";
            legal_basis: string | null;
            name: string;
            /** Format: date */
            valid_from: string | null;
            /** Format: date */
            valid_to: string | null;
        };
        PrivacyNotice: {
            html: string;
            language: string;
            version: number;
        };
        Problem: {
            /**
             * @description stable identifier
             * @example not_found
             */
            code: string;
            /** @description what to do about it */
            detail?: string;
            /** @description field name -> list of codes, nested like the body */
            errors?: {
                [key: string]: unknown;
            };
            /** @description quote it when asking for help */
            request_id?: string;
            status: number;
            /** @description what happened, in the caller's language */
            title: string;
            /** @example about:blank */
            type: string;
        } & {
            [key: string]: unknown;
        };
        Programme: {
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "local_bulletin" | "notice" | "relay" | "minority_edition" | "music" | "emergency";
            /** @enum {string} */
            language: "vi" | "jra" | "bdq" | "blt" | "twh" | "hmn" | "en";
            name: string;
        };
        ProgrammeList: {
            items: components["schemas"]["Programme"][];
        };
        ProgrammeRef: {
            /** Format: uuid */
            id: string;
            name: string;
        };
        PromiseCounts: {
            done: number;
            /** @description due before today, still open */
            late: number;
            total: number;
        };
        PromiseDesk: {
            department: components["schemas"]["NamedRef"] | null;
            /** Format: date */
            due_on: string | null;
            /** Format: uuid */
            id: string;
            is_late: boolean;
            note: string;
            responsible: string;
            /** @enum {string} */
            status: "planned" | "in_progress" | "done" | "dropped";
            /** Format: date-time */
            status_at: string;
            texts: {
                [key: string]: string;
            };
        };
        PromiseIn: {
            /**
             * Format: uuid
             * @default null
             */
            department_id: string | null;
            /**
             * Format: date
             * @default null
             */
            due_on: string | null;
            /**
             * Format: uuid
             * @default null
             */
            id: string | null;
            /** @default  */
            note: string;
            /** @default  */
            responsible: string;
            /**
             * @default planned
             * @enum {string}
             */
            status: "planned" | "in_progress" | "done" | "dropped";
            /**
             * @description language -> its text; Vietnamese is always there
             * @example {
             *       "vi": "…"
             *     }
             */
            texts: {
                [key: string]: string;
            };
        };
        Province: {
            /** @example 52 */
            code: string;
            /** @description communes known here; 0 where none were imported */
            commune_count: number;
            /** @example Tỉnh Gia Lai */
            full_name: string;
            latitude: number | null;
            longitude: number | null;
            /** @example Gia Lai */
            name: string;
            /**
             * @description prefix of tracking codes
             * @example GL
             */
            short_code: string;
        };
        ProvinceList: {
            items: components["schemas"]["Province"][];
        };
        PublicFeedback: {
            category: components["schemas"]["FeedbackCategory"];
            evidence: components["schemas"]["PublicFile"][];
            handled_days: number | null;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "report" | "proposal" | "policy_evaluation" | "question" | "praise";
            other_body: string | null;
            /** @enum {string} */
            outcome: "done" | "partly_done" | "planned" | "not_possible" | "other_body";
            outcome_label: string;
            photos: components["schemas"]["PublicFile"][];
            place_text: string | null;
            /** Format: date */
            planned_on: string | null;
            /** Format: date-time */
            published_at: string;
            reply: string;
            satisfaction: string | null;
            /** Format: date */
            submitted_on: string;
            text: string;
            title: string;
            unit: components["schemas"]["FeedbackUnit"];
            /** Format: date-time */
            updated_at: string;
        };
        PublicFeedbackPage: {
            items: components["schemas"]["PublicFeedback"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        PublicFile: {
            bytes: number;
            content_type: string;
            height?: number;
            kind: string;
            name?: string;
            sources?: {
                [key: string]: unknown;
            }[];
            url: string;
            width?: number;
        };
        PublicPromise: {
            department: string | null;
            /** Format: date */
            due_on: string | null;
            /** Format: uuid */
            id: string;
            is_late: boolean;
            language: string;
            note: string;
            responsible: string;
            /** @enum {string} */
            status: "planned" | "in_progress" | "done" | "dropped";
            /** Format: date-time */
            status_at: string;
            /** @description in the caller's language; says when it is late */
            status_label: string;
            text: string;
        };
        Publication: {
            /** @description files that may be shown; `selected` says which the draft shows */
            attachments: {
                [key: string]: unknown;
            }[];
            drafted: boolean;
            masked_text: string;
            original_text: string;
            other_body: string | null;
            /** @enum {string|null} */
            outcome: "done" | "partly_done" | "planned" | "not_possible" | "other_body" | null;
            place_text: string | null;
            /** Format: date */
            planned_on: string | null;
            published: boolean;
            reply: string;
            spans: components["schemas"]["Span"][];
            title: string;
            version: number;
            warnings: {
                [key: string]: unknown;
            }[];
        };
        PublicationDraft: {
            attachment_ids?: string[];
            masked_text: string;
            /** @default null */
            place_text: string | null;
            reply: string;
            title: string;
        };
        PushKeys: {
            auth: string;
            p256dh: string;
        };
        Reason: {
            /** @default null */
            reason: string | null;
        };
        ReceiptEvent: {
            actor_id: string;
            actor_kind: string;
            at: string;
            case_id: string;
            commitment: string;
            from_state: string;
            hash: string;
            previous: string;
            seq: number;
            to_state: string;
            type: string;
        };
        RecoveryCodes: {
            recovery_codes: string[];
        };
        Rendition: {
            bytes: number | null;
            content_type: string | null;
            duration_ms: number | null;
            loudness_lufs: number | null;
            peaks: number[] | null;
            reason: string | null;
            reason_label: string | null;
            sha256: string | null;
            /** @enum {string} */
            state: "queued" | "processing" | "ready" | "failed";
            true_peak_dbtp: number | null;
            /** @description for listening before it airs */
            url: string | null;
        };
        ReplyTemplate: {
            body: string;
            category: string | null;
            id: string;
            language: string;
            name: string;
        };
        ReplyTemplates: {
            items: components["schemas"]["ReplyTemplate"][];
        };
        ResidentSignIn: {
            /** @example 123456 */
            code: string;
            /** @example 0905 123 456 */
            phone: string;
        };
        ResidentSignedIn: {
            /** @description with `X-Client: app` only */
            access_token?: string;
            /** @description send it back as X-CSRF-Token */
            csrf: string;
            /**
             * Format: date-time
             * @description end of the access token
             */
            expires_at: string;
            /** @description with `X-Client: app` only */
            refresh_token?: string;
            resident: components["schemas"]["ResidentView"];
        };
        ResidentView: {
            commune: components["schemas"]["CommuneRef"] | null;
            /** Format: uuid */
            id: string;
            language: string;
            name: string | null;
            phone_masked: string;
        };
        RoleList: {
            items: components["schemas"]["RoleView"][];
        };
        RoleView: {
            label: string;
            levels: string[];
            needs_department: boolean;
            permissions: ("articles:read" | "articles:write" | "articles:edit" | "articles:approve" | "cases:read" | "cases:triage" | "cases:handle" | "cases:approve" | "cases:publish" | "cases:identity" | "cases:assisted" | "rules:manage" | "policies:manage" | "broadcasts:read" | "broadcasts:write" | "broadcasts:approve" | "devices:manage" | "staff:manage" | "outbox:read" | "places:manage" | "calendar:manage" | "portals:manage" | "feedback:hand_in")[];
            /** @enum {string} */
            role: "triage_officer" | "handler" | "drafter" | "editor" | "approver" | "broadcast_operator" | "device_technician" | "one_stop_desk" | "village_head" | "commune_leader" | "province_supervisor" | "administrator" | "portal_client";
            takes_community: boolean;
        };
        RoutingRule: {
            active: boolean;
            /** Format: date-time */
            changed_at: string;
            changed_by: string | null;
            /** @description see RuleConditions */
            conditions: {
                [key: string]: unknown;
            };
            /** @description cases of the last 30 days that it decided */
            decided: number;
            /** @description null: the front desk */
            department: components["schemas"]["NamedCode"] | null;
            editable: boolean;
            /** @description it fails, and what reaches it goes to the front desk */
            fault: components["schemas"]["RuleFault"] | null;
            /** @description it always holds: what stands below is never asked */
            hides_rest: boolean;
            id: string;
            name: string;
            /**
             * @example unit
             * @enum {string}
             */
            owner: "unit" | "province" | "country";
            position: number;
            /** @description the unit has no such department: never asked here */
            skipped: boolean;
            /** @description whose; null: the whole country's */
            unit: string | null;
            version: number;
        };
        RoutingTable: {
            /** @description the last rule takes whatever is left */
            complete: boolean;
            /** @description cases that `decided` was counted over, 2,000 at most */
            decided_of: number;
            /** @description that a rule may name */
            departments: components["schemas"]["NamedCode"][];
            items: components["schemas"]["RoutingRule"][];
            /** @description of the unit's own list; for `If-Match` */
            version: number;
        };
        RuleConditions: {
            category?: ("ha_tang_giao_thong" | "dien_nuoc_vien_thong" | "moi_truong_rac_thai" | "dat_dai_xay_dung" | "an_ninh_trat_tu" | "y_te" | "giao_duc" | "an_sinh_chinh_sach_xa_hoi" | "nong_nghiep_thuy_loi" | "hanh_chinh_cong" | "van_hoa_truyen_thanh" | "thien_tai_khan_cap" | "khac")[];
            community_ids?: string[];
            keywords?: string[];
            kind?: ("report" | "proposal" | "policy_evaluation" | "question" | "praise")[];
            legal_type?: ("ordinary" | "complaint" | "denunciation")[];
            policy?: ("giam_ngheo" | "nong_thon_moi" | "xoa_nha_tam" | "an_sinh_dtts" | "tro_cap_xa_hoi" | "nguoi_co_cong" | "vay_von_chinh_sach" | "bhyt" | "tiem_chung" | "mien_hoc_phi" | "hoc_ba_so" | "nuoc_sach" | "thu_gom_rac" | "cap_so_do" | "boi_thuong_dat" | "tai_dinh_cu" | "sap_nhap_xa" | "dich_vu_cong_truc_tuyen" | "vneid" | "chuyen_doi_so" | "camera_an_ninh" | "pccc" | "phong_chong_thien_tai")[];
            polygon?: components["schemas"]["Geometry"];
            radius?: components["schemas"]["Circle"];
            unit_codes?: string[];
            urgency?: ("normal" | "priority" | "emergency")[];
            /** @description within office hours, or outside */
            working_time?: boolean;
        };
        RuleFault: {
            /** @example department_gone */
            code: string;
            condition: string | null;
        };
        RuleIn: {
            /** @default true */
            active: boolean;
            conditions: components["schemas"]["RuleConditions"];
            /**
             * @description code of a department of the unit; of a province: one that its communes have; null: the front desk
             * @example tram_y_te
             */
            department: string | null;
            name: string;
            /**
             * @description place among the unit's own rules, 1 is asked first; null: last
             * @default null
             */
            position: number | null;
            /**
             * @description code of a commune or province
             * @example 23798
             */
            unit: string;
        };
        RuleOrderIn: {
            order: string[];
            /**
             * @description code of a commune or province
             * @example 23798
             */
            unit: string;
        };
        RulePatch: {
            /** @description a rule is switched off, never deleted */
            active?: boolean;
            conditions?: components["schemas"]["RuleConditions"];
            /**
             * @description code of a department of the unit; of a province: one that its communes have; null: the front desk
             * @example tram_y_te
             */
            department?: string | null;
            name?: string;
        };
        RuleTrial: {
            /** @description the first 100 of those changed, newest first */
            cases: components["schemas"]["TrialCase"][];
            /** @description they would go to another department */
            changed: number;
            /** @description this rule would decide them */
            decided: number;
            examined: number;
        };
        RuleTrialIn: {
            /** @default true */
            active: boolean;
            conditions: components["schemas"]["RuleConditions"];
            /**
             * @description code of a department of the unit; of a province: one that its communes have; null: the front desk
             * @example tram_y_te
             */
            department: string | null;
            /** @default  */
            name: string;
            /**
             * @description place among the unit's own rules, 1 is asked first; null: last
             * @default null
             */
            position: number | null;
            /**
             * Format: uuid
             * @default null
             */
            rule_id: string | null;
            /**
             * @description code of a commune or province
             * @example 23798
             */
            unit: string;
        };
        RuleVersion: {
            active: boolean;
            /** Format: date-time */
            changed_at: string;
            changed_by: string | null;
            conditions: {
                [key: string]: unknown;
            };
            department: components["schemas"]["NamedCode"] | null;
            /** Format: date-time */
            failed_at: string | null;
            name: string;
            position: number;
            version: number;
        };
        RuleVersions: {
            items: components["schemas"]["RuleVersion"][];
        };
        Segment: {
            /** @enum {string} */
            kind: "speech" | "recording";
            text: string;
            /** Format: uuid */
            upload_id: string | null;
            voice: string;
            words_per_minute: number;
        };
        SessionList: {
            items: components["schemas"]["SessionView"][];
        };
        SessionView: {
            /** @enum {string} */
            client: "browser" | "app";
            /** Format: date-time */
            created_at: string;
            current: boolean;
            device_label: string;
            /** Format: uuid */
            id: string;
            /** Format: date-time */
            last_used_at: string;
        };
        SignedInStaff: {
            /** Format: uuid */
            id: string;
            language: string;
            must_change_password: boolean;
            name: string;
            username: string;
        };
        Span: {
            detector: string;
            end: number;
            kind: string;
            start: number;
        };
        StaffMe: {
            active: boolean;
            email: string | null;
            grants: components["schemas"]["GrantView"][];
            has_totp: boolean;
            /** Format: uuid */
            id: string;
            language: string;
            must_change_password: boolean;
            name: string;
            permissions: ("articles:read" | "articles:write" | "articles:edit" | "articles:approve" | "cases:read" | "cases:triage" | "cases:handle" | "cases:approve" | "cases:publish" | "cases:identity" | "cases:assisted" | "rules:manage" | "policies:manage" | "broadcasts:read" | "broadcasts:write" | "broadcasts:approve" | "devices:manage" | "staff:manage" | "outbox:read" | "places:manage" | "calendar:manage" | "portals:manage" | "feedback:hand_in")[];
            phone_masked: string | null;
            recovery_codes_left: number;
            /** @description where they are employed */
            unit: components["schemas"]["UnitView"];
            /** @example hoa.ayun */
            username: string;
            version: number;
        };
        StaffSignIn: {
            password: string;
            /**
             * @description six digits of the authenticator, or a recovery code
             * @default null
             */
            totp: string | null;
            /** @example hoa.ayun */
            username: string;
        };
        StaffSignedIn: {
            /** @description with `X-Client: app` only */
            access_token?: string;
            /** @description send it back as X-CSRF-Token */
            csrf: string;
            /**
             * Format: date-time
             * @description end of the access token
             */
            expires_at: string;
            /** @description with `X-Client: app` only */
            refresh_token?: string;
            staff: components["schemas"]["SignedInStaff"];
        };
        StaffView: {
            active: boolean;
            email: string | null;
            grants: components["schemas"]["GrantView"][];
            has_totp: boolean;
            /** Format: uuid */
            id: string;
            language: string;
            must_change_password: boolean;
            name: string;
            phone_masked: string | null;
            /** @description where they are employed */
            unit: components["schemas"]["UnitView"];
            /** @example hoa.ayun */
            username: string;
            version: number;
        };
        StaffViewPage: {
            items: components["schemas"]["StaffView"][];
            /** @description null on the last page */
            next_cursor: string | null;
        };
        StateIn: {
            /**
             * Format: date-time
             * @description by the device's clock
             */
            at: string;
            /** @default null */
            free_bytes: number | null;
            /** @default  */
            manifest_etag: string;
            /**
             * Format: uuid
             * @default null
             */
            playing: string | null;
            plays?: components["schemas"]["PlayIn"][];
            problems?: string[];
            /**
             * Format: uuid
             * @description made by the device; repeat it freely
             */
            report_id: string;
            /** @default null */
            signal_dbm: number | null;
            /** @default  */
            software: string;
            /** @default null */
            temperature_c: number | null;
            /** @default null */
            uptime_s: number | null;
            /** @default null */
            volume: number | null;
        };
        StateOut: {
            poll_after_s: number;
            /** Format: date-time */
            received_at: string;
        };
        Subscribe: {
            communes?: string[];
            /** @default null */
            endpoint: string | null;
            /** @default null */
            keys: components["schemas"]["PushKeys"] | null;
            /** @enum {string} */
            kind: "webpush" | "fcm";
            /**
             * @default vi
             * @enum {string}
             */
            language: "vi" | "en";
            /** @default null */
            token: string | null;
            topics?: ("articles" | "broadcasts" | "feedback" | "emergency")[];
            tracking_codes?: components["schemas"]["Followed"][];
        };
        Subscription: {
            communes: string[];
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "webpush" | "fcm";
            language: string;
            topics: string[];
        };
        TextPiece: {
            /** @enum {string} */
            op: "same" | "removed" | "added";
            text: string;
        };
        Tokens: {
            /** @description with `X-Client: app` only */
            access_token?: string;
            /** @description send it back as X-CSRF-Token */
            csrf: string;
            /**
             * Format: date-time
             * @description end of the access token
             */
            expires_at: string;
            /** @description with `X-Client: app` only */
            refresh_token?: string;
        };
        TotpCode: {
            code: string;
        };
        TotpStarted: {
            /** @description the address as a QR code */
            qr_svg: string;
            secret: string;
            /** @description otpauth: address */
            uri: string;
        };
        TransparencyReceipt: {
            event: components["schemas"]["ReceiptEvent"];
            /** Format: date-time */
            expected_at: string | null;
            head: components["schemas"]["Head"] | null;
            position: number | null;
            proof: string[] | null;
            /** @enum {string} */
            state: "pending" | "included";
            tracking_code: string;
            version: number;
        };
        TrialCase: {
            /** Format: date-time */
            created_at: string;
            excerpt: string;
            from: components["schemas"]["TrialPlace"];
            id: string;
            to: components["schemas"]["TrialPlace"];
            /** @example GL-7K4M-92QX */
            tracking_code: string;
        };
        TrialPlace: {
            department: string | null;
            rule: string | null;
        };
        UnitCalendar: {
            /** Format: date-time */
            changed_at: string | null;
            days: components["schemas"]["CalendarDayView"][];
            hours: components["schemas"]["HoursView"];
            inherited_hours: components["schemas"]["HoursView"];
            /** @description false for years too far ahead */
            national_days_known: boolean;
            unit: components["schemas"]["UnitRef"];
            version: number;
            year: number;
        };
        UnitRef: {
            /**
             * @description administrative code (Decision 19/2025)
             * @example 23798
             */
            code: string;
            name: string;
        };
        UnitView: {
            /** @example 23798 */
            code: string;
            /** @enum {string} */
            level: "province" | "commune";
            /** @example Xã Ayun */
            name: string;
        };
        Upload: {
            /** @description announced length */
            bytes: number;
            /**
             * Format: date-time
             * @description until when it can be finished
             */
            expires_at: string | null;
            /** Format: uuid */
            id: string;
            /** @enum {string} */
            kind: "photo" | "audio" | "voice" | "document";
            /** @description bytes stored */
            offset: number;
            /** @enum {string|null} */
            reason: "empty" | "type_not_allowed" | "damaged" | "too_many_pixels" | "hidden_content" | "active_content" | "encrypted" | "too_costly" | "unfinished" | "failed" | null;
            /** @description why it was refused, in words */
            reason_text: string | null;
            /** @enum {string} */
            state: "receiving" | "received" | "processing" | "clean" | "rejected";
        };
        VapidKey: {
            key: string;
        };
        Voice: {
            label: string;
            /** @enum {string} */
            language: "vi" | "jra" | "bdq" | "blt" | "twh" | "hmn" | "en";
            name: string;
        };
        VoiceList: {
            items: components["schemas"]["Voice"][];
        };
        WeekIn: {
            /** @description Monday first; a day without office hours is empty */
            week: components["schemas"]["OfficeSpan"][][];
        };
        _Actor: {
            id: string | null;
            name: string;
        };
        _CaseMessage: {
            /** Format: date-time */
            at: string;
            attachments: components["schemas"]["_File"][];
            author: components["schemas"]["Named"] | null;
            /** @description resident, official */
            from: string;
            id: string;
            kind: string;
            /** @description its author would have it public; the public version decides */
            public: boolean;
            text: string;
        };
        _ClockEntry: {
            actor: components["schemas"]["Named"] | null;
            /** Format: date-time */
            at: string;
            label: string;
            minutes: number | null;
            /** @enum {string} */
            move: "start" | "pause" | "resume" | "extend" | "stop" | "recalculate";
            reason: string | null;
            /** @enum {string} */
            stage: "intake" | "handling";
        };
        _CountedDay: {
            counted_minutes: number;
            /** Format: date */
            day: string;
            paused_minutes: number;
            why: string;
            why_code: string;
        };
        _Evidence: {
            id: string;
            /** @description photo, voice, document */
            kind: string;
            name: string | null;
            /** @description before, after, document */
            role: string;
            /** @description served once it is `clean` */
            state: string;
            thumbnail_url: string | null;
            url: string | null;
        };
        _File: {
            id: string;
            /** @description photo, voice, document */
            kind: string;
            name: string | null;
            /** @description served once it is `clean` */
            state: string;
            thumbnail_url: string | null;
            url: string | null;
        };
        _Missing: {
            label: string;
            need: string;
        };
        _Reporter: {
            has_name: boolean;
            has_phone: boolean;
            /** @enum {string} */
            identity: "named" | "hidden" | "anonymous";
            /** @description the caller may ask who it is, on record */
            readable: boolean;
        };
        _Subject: {
            id: string;
            kind: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;

export type Schemas = components['schemas']
