"""``kill -9`` of web and workers at random moments of submission and delivery: nothing is lost, nothing is doubled.

What residents were told, what the tables hold and what the push service received are compared. A short round runs
with every ``make test``; ``make soak`` runs sixty seeds (``SEEDS=``, others with ``FIRST_SEED=``).
"""

from __future__ import annotations

import http.client
import json
import os
import random
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest
from sqlalchemy import delete, func, select, update

from backend.cli import run
from backend.core import clock, config
from backend.core.auth import Role
from backend.core.db import reading, transaction
from backend.feedback.models import Feedback, TrackingView
from moderation.models import Case, CaseEvent, ClockEntry
from notifications.models import Delivery, DeliveryState, HostPause, Message, MessageState
from tests import databases
from tests.conftest import SECRETS, Database
from tests.factories.accounts import make_staff
from tests.factories.feedback import submission
from tests.factories.notifications import (
    Browser,
    LoopbackService,
    loopback_service,
    make_subscription,
    service_account,
)
from tests.factories.places import make_commune, make_department
from tests.faults.house import House

FIRST_SEED = int(os.environ.get("FIRST_SEED", "0"))
SEEDS = int(os.environ.get("SEEDS", "3"))
RESIDENTS = 3  # who send at the same time
EACH = 4  # sends this many
KILLS = 4  # while they do
AIMED = 0.25  # of the kills meet the delivery worker just as a message arrives
TOKEN = (200, json.dumps({"access_token": "t0ken", "expires_in": 3600}).encode())
TAKEN = (200, b'{"name": "projects/tieng-lang-test/messages/1"}')


@dataclass
class Resident:
    """Somebody whose telephone does not give up: same key, same words, until there is a tracking code."""

    port: int
    body: bytes
    chance: random.Random
    codes: dict[str, str] = field(default_factory=dict)  # key -> tracking code
    surprises: list[str] = field(default_factory=list)

    def send_all(self, prefix: str, count: int) -> None:
        pause = threading.Event()
        for number in range(count):
            key = f"{prefix}-{number}-{uuid.UUID(int=self.chance.getrandbits(128))}"
            pause.wait(self.chance.uniform(0, 0.4))  # so that kills fall before, between and after
            self.keep_sending(key)

    def keep_sending(self, key: str) -> None:
        """Try until there is a tracking code; while nobody is at home that is no try."""
        pause = threading.Event()
        for _ in range(600):
            if self.send(key):
                return
            pause.wait(0.05)
            databases.wait_for(
                lambda: run.is_ready("127.0.0.1", self.port, "/healthz"), "the web to come back", 60
            )
        self.surprises.append(f"{key} was never taken")

    def send(self, key: str) -> bool:
        """One try; True when there is a tracking code."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        try:
            connection.request("POST", "/api/v1/feedback", self.body, headers)
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        if answer.status == 201:
            code = json.loads(content)["tracking_code"]
            if self.codes.setdefault(key, code) != code:
                self.surprises.append(f"{key}: {self.codes[key]}, then {code}")
            return True
        if answer.status not in (409, 503):
            self.surprises.append(f"{answer.status}: {content[:300]!r}")
        return False


@dataclass
class Scene:
    """A commune with an official whose browser and telephone want to be told, and the running house."""

    house: House
    push: LoopbackService
    fcm: LoopbackService
    browser: Browser
    body: bytes


@pytest.fixture
def scene(db: Database, places: databases.Places) -> Iterator[Scene]:
    port = databases.free_port()
    log_path = places.own / "faults.log"
    with (
        loopback_service() as push,
        loopback_service(TOKEN) as oauth,
        loopback_service(TAKEN) as fcm,
        log_path.open("wb") as log,
    ):
        config.use(replace(db.config, push_hosts=(push.host,)))
        browser = Browser()
        with transaction() as session:
            commune = make_commune(session)
            make_department(session, commune)
            hoa = make_staff(session, Role.TRIAGE_OFFICER, unit=commune)
            make_subscription(
                session,
                push.endpoint(browser),
                browser=browser,
                host=push.host,
                owner=("staff", hoa.id),
            )
            make_subscription(session, "hoas-telephone", owner=("staff", hoa.id))
            body = json.dumps(submission(commune)).encode()
        environment = {
            **os.environ,
            **SECRETS,
            "TIENGLANG_VAR_DIR": str(db.config.var_dir),
            "TIENGLANG_DATABASE_URL": db.config.database_url,
            "TIENGLANG_PUSH_HOSTS": push.host,
            "TIENGLANG_FCM_URL": fcm.url,
            "TIENGLANG_FCM_CREDENTIALS": service_account(places.own, f"{oauth.url}/token"),
            "TIENGLANG_QUIET_HOURS": "none",  # the tests run at night too
            "TIENGLANG_RATE_LIMITS": "0",
            "TIENGLANG_LOG_LEVEL": "WARNING",
        }
        house = House(port, environment, log)
        house.open()
        try:
            databases.wait_for(
                lambda: run.is_ready("127.0.0.1", port, "/healthz"),
                f"the house; see {log_path}",
                60,
            )
            yield Scene(house, push, fcm, browser, body)
        finally:
            house.close()


def one_seed(scene: Scene, seed: int) -> list[Resident]:
    """Residents send while processes are killed."""
    chance = random.Random(seed)
    residents = [
        Resident(scene.house.port, scene.body, random.Random(chance.random()))
        for _ in range(RESIDENTS)
    ]
    threads = [
        threading.Thread(target=resident.send_all, args=(f"seed-{seed}-{number}", EACH))
        for number, resident in enumerate(residents)
    ]
    for thread in threads:
        thread.start()
    pause = threading.Event()
    for _ in range(KILLS):
        if chance.random() < AIMED:
            # The worst moment: a message has left the house, and nobody has noted it yet.
            with scene.push.arrived:
                scene.push.arrived.wait(2)
                scene.house.kill("worker delivery")
        else:
            pause.wait(chance.uniform(0.02, 0.8))
            scene.house.kill_somebody(chance)
    for thread in threads:
        thread.join()
    return residents


def bury_the_dead() -> None:
    """Declare their leases over, as time would do. Once: those taken from now on are of the living."""
    with transaction() as session:
        session.execute(
            update(Delivery)
            .where(Delivery.state == DeliveryState.LEASED)
            .values(leased_until=clock.now())
        )


def settled() -> bool:
    """Everything that was to be said has left; whoever is to try again later does so now."""
    now = clock.now()
    waits = Delivery.state == DeliveryState.QUEUED
    with reading() as session:
        left = session.scalars(
            select(Delivery.not_before).where(
                Delivery.state.in_([DeliveryState.QUEUED, DeliveryState.LEASED])
            )
        ).all()
        pending = session.scalar(
            select(func.count()).select_from(Message).where(Message.state == MessageState.PENDING)
        )
    if any(moment > now for moment in left):
        with transaction() as session:
            session.execute(delete(HostPause))
            session.execute(update(Delivery).where(waits).values(not_before=now))
    return not left and not pending


def test_nothing_is_lost_when_processes_are_killed(scene: Scene) -> None:
    residents = [
        one for seed in range(FIRST_SEED, FIRST_SEED + SEEDS) for one in one_seed(scene, seed)
    ]
    assert [word for one in residents for word in one.surprises] == []
    told = {key: code for one in residents for key, code in one.codes.items()}
    assert len(told) == SEEDS * RESIDENTS * EACH
    bury_the_dead()
    databases.wait_for(settled, "the outbox to be empty", 120)

    # Every answer a resident got is one row, and there is no row that nobody was told of.
    with reading() as session:
        codes = Counter(session.scalars(select(Feedback.tracking_code)))
        assert codes == Counter(told.values())
        cases = dict(session.execute(select(Case.tracking_code, Case.id)).all())
        assert cases.keys() == codes.keys()
        assert session.scalar(select(func.count()).select_from(TrackingView)) == len(codes)
        with_history = session.scalar(select(func.count(func.distinct(CaseEvent.case_id))))
        with_clock = session.scalar(select(func.count(func.distinct(ClockEntry.case_id))))
        assert (with_history, with_clock) == (len(codes), len(codes))
        states = Counter(session.scalars(select(Delivery.state)))
    assert states == {DeliveryState.SENT: 2 * len(codes)}

    # Browser and telephone were told of every case; twice is allowed, and then under the same tag.
    heard = {
        "browser": [scene.browser.decrypt(one.body) for one in scene.push.received],
        "telephone": [json.loads(one.body)["message"]["data"] for one in scene.fcm.received],
    }
    for received in heard.values():
        assert {message["url"] for message in received} == {
            f"/console/cases/{case_id}" for case_id in cases.values()
        }
        assert len({message["tag"] for message in received}) == len(codes)

    # The telephone that asks again gets the same code, and nothing new happens.
    again = residents[0]
    for key in list(again.codes):
        again.keep_sending(key)
    assert again.surprises == []
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Feedback)) == len(codes)
