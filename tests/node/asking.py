"""Ask an apiserver, and nothing else: no proxy, no redirect, no retry."""
import http.client
import subprocess


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def kind(self):
        return self.headers.get("content-type", "").split(";")[0]


class Server:
    """A running apiserver; views are the prefixes of its paths."""

    def __init__(self, program, canary):
        self.process = subprocess.Popen([program, canary], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        port, token, self.own, self.other = self.process.stdout.readline().split()
        self.port = int(port)
        self.views = {"members": "/m/" + token, "public": ""}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.status = self.process.wait(30)

    def ask(self, path, method="GET", headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, headers=headers or {})
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def publish(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
