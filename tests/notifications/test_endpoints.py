"""Anybody may register an endpoint, so it must not reach into the network around us."""

import pytest

from notifications.endpoints import push_host


@pytest.mark.parametrize(
    ("endpoint", "host"),
    [
        ("https://fcm.googleapis.com/fcm/send/abc", "fcm.googleapis.com"),
        (
            "https://updates.push.services.mozilla.com/wpush/v2/x",
            "updates.push.services.mozilla.com",
        ),
        ("https://web.push.apple.com/Q", "web.push.apple.com"),
        ("https://sg2p.notify.windows.com/w/?token=1", "sg2p.notify.windows.com"),
        ("https://fcm.googleapis.com:443/x", "fcm.googleapis.com"),
        ("https://FCM.googleapis.com/x", "fcm.googleapis.com"),
        ("https://fcm.googleapis.com/fcm/send/d:APA91b_-x", "fcm.googleapis.com"),
    ],
)
def test_the_push_services_of_browsers_are_known(endpoint: str, host: str) -> None:
    assert push_host(endpoint, ()) == host


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evilpush.apple.com/x",
        "https://user:secret@fcm.googleapis.com/x",
        "https://127.0.0.1/x",
        "http://169.254.169.254/latest/meta-data",
        "https://[::1]/x",
        "https://fcm.googleapis.com@10.0.0.1/x",
        "https://fcm.googleapis.com/x#y",
        "https://fcm.googleapis.com:99999/x",
        "file:///etc/passwd",
        "//fcm.googleapis.com/x",
        "https://fcm。googleapis.com/x",
        "https://fcm.googleapis.com./x",
        "https://fcm%2egoogleapis.com/x",
        "https://fcm.googleapis.com\\@10.0.0.1/x",
        "https://@fcm.googleapis.com/x",
        "https://10.0.0.1\t@fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x\r\nHost: 10.0.0.1",
        " https://fcm.googleapis.com/x",
        "https://fcm.googleapis.com/x y",
        "https://fcm.googleapis.com/x\x00",
        "https://fcm.googleapis.com/x#",
        "https://[fcm.googleapis.com]/x",
        "https://.push.apple.com/x",
        "",
    ],
)
def test_everything_else_is_refused(endpoint: str) -> None:
    assert push_host(endpoint, ()) is None


def test_the_operator_may_add_hosts_and_only_loopback_may_do_without_tls() -> None:
    configured = ("push.example.vn", "127.0.0.1:9000")
    assert push_host("https://push.example.vn/x", configured) == "push.example.vn"
    assert push_host("http://push.example.vn/x", configured) is None
    assert push_host("http://127.0.0.1:9000/x", configured) == "127.0.0.1:9000"
    assert push_host("http://127.0.0.1:9001/x", configured) is None
