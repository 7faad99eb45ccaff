"""Test proxy: answers for one host from a folder, under a test CA; every other host is passed through to the real one.

    proxy.py HOST FOLDER CERT KEY      prints `port N` on standard error, then `tunnel HOST` and `GET PATH STATUS` as they come

The project's files stay byte for byte the real ones; only the transport is replaced. `https://HOST/whl/cpu/torch/` is
FOLDER/whl/cpu/torch/index.html. A file FOLDER/.mode replays a bad day: `down` (the connection is cut), `forbidden` (403), `elsewhere`
(sent on to plain http).
The CA lives in a test's temporary folder and nowhere else.
"""
import functools
import http.server
import os
import select
import socket
import ssl
import sys
import threading

host, folder, cert, key = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(cert, key)


def say(*words):
    # one write a line: many threads speak
    os.write(2, (" ".join(map(str, words)) + "\n").encode())


def mode():
    try:
        with open(os.path.join(folder, ".mode")) as file:
            return file.read().strip()
    except FileNotFoundError:
        return ""


class Index(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if mode() == "forbidden":
            self.send_error(403)
        elif mode() == "elsewhere":
            self.send_response(302)
            self.send_header("Location", f"http://{host}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            super().do_GET()

    def log_message(self, form, *values):
        pass

    def log_request(self, code="-", size="-"):
        say(self.command, self.path, getattr(code, "value", code))


answer = functools.partial(Index, directory=folder)


def copy(one, other):
    """Carries bytes both ways until one side has nothing more to say."""
    with one, other:
        while True:
            for ready in select.select([one, other], [], [])[0]:
                data = ready.recv(65536)
                if not data:
                    return
                (other if ready is one else one).sendall(data)


def serve(client, address):
    try:
        request = b""
        while not request.endswith(b"\r\n\r\n"):
            more = client.recv(1)
            if not more:
                return
            request += more
        verb, target = request.split()[:2]
        name, _, port = target.decode("latin-1").rpartition(":")
        if verb != b"CONNECT":
            client.sendall(b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n")
            return
        say("tunnel", name)
        if name != host:
            upstream = socket.create_connection((name, int(port)), timeout=60)
            upstream.settimeout(None)
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            copy(client, upstream)
        elif mode() != "down":
            client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            with context.wrap_socket(client, server_side=True) as tls:
                answer(tls, address, None)
    except OSError as error:
        say("error", error)
    finally:
        client.close()


listener = socket.create_server(("127.0.0.1", 0), backlog=50)
say("port", listener.getsockname()[1])
while True:
    threading.Thread(target=serve, args=listener.accept(), daemon=True).start()
