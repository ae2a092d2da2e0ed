"""The REST endpoint of a real server."""

import http.client
import json
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from urllib.parse import quote, urlsplit

import pytest

from tests.browser import TIMEOUT
from tests.deploy.app.served import served

pytest.importorskip("gradio", reason="gradio is not installed")

from auxiliary.deploy.app.api import AT_ONCE
from auxiliary.deploy.app.request_image import LARGEST_BODY

CLIENTS = 50


@pytest.fixture(scope="module")
def address(two_data_sets, tmp_path_factory) -> Iterator[str]:
    """The URL of the server."""
    with served(two_data_sets, tmp_path_factory.mktemp("served"), "--api") as url:
        yield url


@pytest.fixture
def ask(address):
    """Sends a request, again where it came too soon: `ask("predict", data)`; gives `status`, `json` and `headers`."""
    def send(path: str, data: bytes | None = None, headers: Mapping[str, str] = {}, patient: bool = True,
             method: str | None = None) -> SimpleNamespace:
        request = urllib.request.Request(f"{address}api/{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as reply:
                return SimpleNamespace(status=reply.status, json=json.load(reply), headers=reply.headers)
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 429 and patient:
                    time.sleep(int(error.headers["Retry-After"]))
                    return send(path, data, headers, method=method)
                text = error.read()
                found = json.loads(text) if error.headers["Content-Type"] == "application/json" else text
                return SimpleNamespace(status=error.code, json=found, headers=error.headers)

    return send


def form(*files: tuple[str, bytes]) -> tuple[bytes, dict[str, str]]:
    """The body and headers of a form of files by the names of their fields, as curl -F sends it."""
    parts = [f'--mark\r\nContent-Disposition: form-data; name="{field}"; filename="a.png"\r\n\r\n'.encode() + data
             for field, data in files]
    return b"\r\n".join([*parts, b"--mark--\r\n"]), {"Content-Type": "multipart/form-data; boundary=mark"}


@pytest.fixture(scope="module")
def image(trained_root) -> bytes:
    return (trained_root.images / "red" / "0.png").read_bytes()


def test_an_answer_is_that_of_predict(ask, run_predict, two_data_sets, trained_root):
    file = trained_root.images / "red" / "0.png"
    document = json.loads(run_predict(file, root=two_data_sets, dataset="colours", run="small", as_json=True).out)
    expected, = document.pop("images")
    answer = ask("predict", file.read_bytes()).json
    assert {name: answer[name] for name in document if name != "errors"} == {
        name: value for name, value in document.items() if name != "errors"}
    assert set(answer) == set(document) - {"errors"} | set(expected) - {"file"}
    assert (answer["class"], answer["unlike"]) == (expected["class"], expected["unlike"])
    assert answer["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-5)
    assert answer["score"] == pytest.approx(expected["score"], abs=1e-4)


def test_many_clients_at_once_get_the_answers_of_predict(ask, run_predict, two_data_sets, trained_root):
    files = sorted(trained_root.images.rglob("*.png"))[:CLIENTS]
    document = json.loads(run_predict(*files, root=two_data_sets, dataset="colours", run="small", as_json=True).out)
    bodies = [form(("file", file.read_bytes())) if number % 2 else (file.read_bytes(), {})
              for number, file in enumerate(files)]
    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(lambda body: ask("predict", *body), bodies))
    assert [answer.status for answer in answers] == [200] * CLIENTS
    for answer, expected in zip(answers, document["images"], strict=True):
        assert answer.json["class"] == expected["class"]
        assert answer.json["probabilities"] == pytest.approx(expected["probabilities"], abs=1e-5)


def test_networks_are_listed_and_chosen(ask, image, flowers):
    listed = ask("networks").json
    assert listed["first"].startswith("colours/small-h")
    names = [each["network"] for each in listed["networks"]]
    assert listed["first"] in names and "flowers/small-h0123456789ab" in names
    assert {each["dataset"] for each in listed["networks"]} == {"colours", "flowers"}
    assert all(0 <= each["val_accuracy"] <= 1 for each in listed["networks"])
    answer = ask(f"predict?network={quote('flowers/small-h0123456789ab')}", image).json
    assert answer["dataset"] == "flowers" and answer["class"] in flowers.values()


@pytest.mark.parametrize(("path", "body", "status", "message"), [
    ("predict", (b"some words", {}), 400, "this cannot be used as an image (not an image)"),
    ("predict", (b"", {}), 400, "this cannot be used as an image (empty file)"),
    ("predict", form(("image", b"a")), 400, "the form must have one file, called 'file' (curl -F file=@IMAGE)"),
    ("predict", form(("file", b"a"), ("file", b"b")), 400, "the form must have one file, called 'file'"),
    ("predict", (b"a", {"Content-Type": "multipart/form-data"}), 400, "oundary"),
    ("predict?network=colours/smal", (b"a", {}), 404, "unknown network 'colours/smal': did you mean 'colours/small-h"),
    ("predict", (form(("image", b"a"))[0], {"Content-Type": "Multipart/Form-Data; boundary=mark"}), 400,
     "the form must have one file, called 'file'"),
    ("predict?network=colours/small&network=flowers/small", (b"a", {}), 400, "the query 'network' is given twice"),
    ("predict?netwrk=a", (b"a", {}), 400, "unknown query 'netwrk': did you mean 'network'?"),
    ("predicts", (b"a", {}), 404, "POST /api/predicts means nothing here: POST an image to /api/predict"),
    ("networks", (b"a", {}), 405, "POST /api/networks means nothing here"),
    ("predict", (None, {}), 405, "GET /api/predict means nothing here: POST an image to /api/predict, or GET")])
def test_an_error_is_a_status_and_a_sentence(ask, path, body, status, message):
    found = ask(path, *body)
    assert found.status == status and message in found.json["error"]


def test_a_method_that_is_not_there_names_the_one_that_is(ask):
    assert ask("predict", method="DELETE").headers["Allow"] == "POST"


def test_a_body_that_is_too_large(ask, address):
    assert ask("predict", b"x" * (LARGEST_BODY + 1)).status == 413
    found = ask("predict", *form(("file", b"x" * LARGEST_BODY)))
    assert found.status == 413 and found.json["error"].startswith("the request has more than 20 MB")


def test_a_body_that_is_too_large_and_does_not_say_so(address):
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=TIMEOUT)
    connection.request("POST", "/api/predict", iter([b"x" * 10**6] * 21), encode_chunked=True,
                       headers={"Transfer-Encoding": "chunked"})
    with connection.getresponse() as reply:
        assert reply.status == 413
    connection.close()


def test_the_server_goes_on_after_a_client_that_hangs_up(ask, address, image):
    place = urlsplit(address)
    with socket.create_connection((place.hostname, place.port)) as connection:
        connection.sendall(b"POST /api/predict HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nhalf")
    assert ask("predict", image).status == 200


@pytest.mark.parametrize("headers", [{"Host": "elsewhere.org"}, {"Origin": "http://elsewhere.org"}])
def test_other_websites_are_refused_as_by_the_page(ask, image, headers):
    assert ask("predict", image, headers).status == 403


def test_who_asks_too_often_is_told_when_to_come_back(ask, image):
    answers = [ask("predict", b"", patient=False) for _ in range(3 * AT_ONCE)]
    refused = [answer for answer in answers if answer.status == 429]
    assert refused and {answer.status for answer in answers} == {400, 429}
    assert refused[0].json["error"].startswith("too many requests") and int(refused[0].headers["Retry-After"]) == 1
    assert ask("predict", image).status == 200
