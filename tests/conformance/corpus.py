# SPDX-License-Identifier: MIT
"""Answers and requests, a class of RFC 9110/9112 each; every one is well-formed and must pass the gateway unchanged."""

BINARY = bytes(range(256))
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


def chunked(*pieces: bytes, trailers: bytes = b"") -> bytes:
    return CHUNKED + b"".join(b"%x\r\n%b\r\n" % (len(each), each) for each in pieces) + b"0\r\n" + trailers + b"\r\n"


OK = b"HTTP/1.1 200 OK\r\n"
EMPTY = b"Content-Length: 0\r\n\r\n"

# class -> answers; those of a class whose name says `close` end with the connection.
ANSWERS: dict[str, list[bytes]] = {
    "length": [
        OK + EMPTY,
        OK + b"Content-Length: 5\r\n\r\nhello",
        OK + b"content-length:5\r\n\r\nhello",
        OK + b"Content-Length: 0005\r\n\r\nhello",
        OK + b"Content-Type: application/octet-stream\r\nContent-Length: 256\r\n\r\n" + BINARY,
        OK + b"Content-Length: 300000\r\n\r\n" + BINARY * 1171 + BINARY[:224],
    ],
    "chunked": [
        OK + chunked(),
        OK + chunked(b"hello"),
        OK + chunked(b"a", b"bc", b"def", b"\r\n", b"0\r\n\r\n"),
        OK + chunked(BINARY, b"!"),
        OK + b"transfer-encoding:  Chunked\t\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        OK + CHUNKED + b"00A\r\n0123456789\r\n000\r\n\r\n",
        OK + CHUNKED + b"5;a=b;c=\"d\"\r\nhello\r\n1 ; x\r\n!\r\n0;last\r\n\r\n",
        OK + b"Content-Type: text/event-stream\r\n" + chunked(b"data: 1\n\n", b"data: [DO", b"NE]\n\n"),
        OK + chunked(*[BINARY * 4] * 200),
    ],
    "until close": [
        OK + b"\r\n",
        OK + b"\r\nall there is",
        OK + b"Connection: close\r\nContent-Type: text/plain\r\n\r\n" + BINARY,
        OK + b"\r\n" + BINARY * 2000,
    ],
    "interim, 1xx": [
        b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nok",
        b"HTTP/1.1 102 Processing\r\n\r\n" + OK + chunked(b"ok"),
        b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\nLink: </b>\r\n\r\n" + OK + EMPTY,
        b"HTTP/1.1 102 \r\nX: 1\r\n\r\nHTTP/1.1 103 Hints\r\nX: 2\r\n\r\nHTTP/1.1 199 Odd\r\n\r\n" + OK + EMPTY,
        b"HTTP/1.1 103 Early Hints\r\nContent-Length: 9\r\n\r\n" + OK + EMPTY,
    ],
    "204 and 304": [
        b"HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 500\r\n\r\n",
        b"HTTP/1.1 304 Not Modified\r\nETag: W/\"x\"\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    "HEAD": [
        OK + EMPTY,
        OK + b"Content-Length: 1000\r\nETag: \"x\"\r\n\r\n",
        OK + CHUNKED,
        b"HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 77\r\n\r\n",
        OK + b"X: y\r\n\r\n",
    ],
    "trailers": [
        OK + b"Trailer: X-Sum\r\n" + chunked(b"ok", trailers=b"X-Sum: 42\r\n"),
        OK + chunked(b"ok", trailers=b"X-Sum: 42\r\nx-sum: 43\r\nX-Empty: \r\nX-Bytes: \xff\r\n"),
        OK + chunked(trailers=b"Server-Timing: total;dur=1\r\n"),
    ],
    "duplicate fields": [
        OK + b"Set-Cookie: a=1\r\nx-first: 1\r\nSet-Cookie: b=2; Path=/\r\nContent-Length: 2\r\nset-cookie: a=3\r\n\r\nok",
        OK + b"Via: 1.1 a\r\nVia: 1.0 b\r\nWarning: 1\r\nVary: A\r\nVary: B, C\r\n" + EMPTY,
    ],
    "odd but good fields": [
        OK + b"!#$%&'*+-.^_`|~09azAZ: x\r\nX-Tabs:\t a \t b \t\r\nX-Empty:\r\nX-Empty: \t\r\n" + EMPTY,
        OK + b"X-Long: " + b"v" * 700 + b"\r\n" + EMPTY,
        OK + b"Content-Encoding: gzip\r\nContent-Length: 20\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0",
        OK + b"X-Colons: a:b:c\r\nX-Quotes: \"a, b\" 'c' (d)\r\n" + EMPTY,
        OK + b"".join(b"X-%d: %d\r\n" % (n, n) for n in range(200)) + EMPTY,
        OK + b"Connection: keep-alive, X-Gone\r\nX-Gone: 1\r\nKeep-Alive: timeout=5\r\nX-Kept: 2\r\n" + EMPTY,
    ],
    "bytes above ASCII": [
        OK + b"X-Latin: \xe4\xf6\xfc\r\nX-Utf8: \xc3\xa4\r\nX-All: " + bytes(range(0x80, 0x100)) + b"\r\n" + EMPTY,
        b"HTTP/1.1 200 \xc3\x84rger\r\n" + EMPTY,
    ],
    "reasons": [
        b"HTTP/1.1 200 \r\n" + EMPTY,
        b"HTTP/1.1 200\r\n" + EMPTY,
        b"HTTP/1.1 299 Rather Fine (really)\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 418 I'm a teapot: \t  short and stout\r\n" + EMPTY,
        b"HTTP/1.1 404 OK\r\n" + EMPTY,
    ],
    "statuses": [b"HTTP/1.1 %d Status\r\nContent-Length: 2\r\nRetry-After: 1\r\n\r\nok" % status for status in
                 (200, 201, 202, 203, 205, 206, 207, 226, 300, 301, 302, 303, 307, 308, 400, 401, 402, 403, 404, 405, 406,
                  407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 424, 425, 426, 428, 429, 431, 451, 499,
                  500, 501, 502, 503, 504, 505, 507, 511, 520, 529, 599)],
    "HTTP/1.0 upstream": [
        b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nhello",
    ],
    "HTTP/1.0 upstream, close": [
        b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.0 200 OK\r\n\r\nhello",
        b"HTTP/1.0 503 Busy\r\nContent-Type: text/plain\r\n\r\n" + BINARY,
    ],
    "cut, close": [
        OK + b"Content-Length: 10\r\n\r\nhalf",
        OK + CHUNKED + b"5\r\nhello\r\n",
        OK + CHUNKED + b"5\r\nhel",
        OK + CHUNKED + b"5\r\nhello\r\n0\r\n",
        OK + CHUNKED + b"5\r\nhello\r\n0\r\nX: y\r\n",
    ],
}

HOST = b"Host: gateway.test\r\n"
KEPT = b"Authorization: Bearer app\r\nAccept: */*\r\n"


def post(fields: bytes, body: bytes = b"", method: bytes = b"POST", target: bytes = b"/v1/x") -> bytes:
    return method + b" " + target + b" HTTP/1.1\r\n" + HOST + fields + b"\r\n" + body


def length(body: bytes, more: bytes = b"") -> bytes:
    return post(more + b"Content-Length: %d\r\n" % len(body), body)


REQUESTS: dict[str, list[bytes]] = {
    "methods": [post(KEPT, method=each) for each in (b"GET", b"POST", b"PUT", b"PATCH", b"DELETE", b"OPTIONS")],
    "targets": [post(b"", method=b"GET", target=b"/v1/" + each) for each in (
        b"", b"?", b"a?b=c&d=%20+&&e", b"a//b", b"%2F%00%ff", b"x;y=1,2", b"'\"<>{}|\\^`", b"a?/../b", b"~u/@:!$&'()*+,=",
        b"a" * 900, b"...", b"a.b/..c/d..",
        b"models/meta-llama%2FLlama-3.1", b"a%5cb\\c", b"...;x/.;y", b"%2e%2e%2e", b"a?x=/%2e%2e/../.")],
    "absolute form": [b"GET http://gateway.test/v1/x?y=1 HTTP/1.1\r\n" + HOST + b"\r\n"],
    "request fields": [
        post(b"X-B: 1\r\nx-a: 2\r\nX-B: 3\r\nCookie: a=b\r\nX-Empty:\r\nX-B: 1\r\nUser-Agent: t/1 (x; y)\r\n", method=b"GET"),
        post(b"X-Bytes: \xe4\xff\r\nX-Tabs:\t a \t b \t\r\nAccept-Encoding: gzip, br\r\nVia: 1.1 me\r\n", method=b"GET"),
        post(b"Connection: X-Mine, close, TE\r\nX-Mine: 1\r\nTE: trailers\r\nUpgrade: h2c\r\nX-Kept: 1\r\n", method=b"GET"),
        post(b"".join(b"X-%d: %d\r\n" % (n, n) for n in range(200)), method=b"GET"),
    ],
    "request length": [
        length(b""), length(b"hello"), length(BINARY), length(b'{"model":"m","stream":true}', b"Content-Type: application/json\r\n"),
        length(BINARY * 1000), post(b"Content-Length: 3\r\n", b"abc", method=b"GET"), post(b"Content-Length: 003\r\n", b"abc"),
    ],
    "request chunked": [
        post(chunked()[:-5].rstrip(b"\r\n") + b"\r\n", b"0\r\n\r\n"),
        post(b"Transfer-Encoding: chunked\r\n", chunked(b"hello", BINARY)[len(CHUNKED):]),
        post(b"transfer-encoding: CHUNKED\r\n", b"5;x=y\r\nhello\r\n00\r\n\r\n"),
        post(b"Transfer-Encoding: chunked\r\n", chunked(*[BINARY] * 300)[len(CHUNKED):]),
    ],
    "request trailers": [
        post(b"Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n", chunked(b"ok", trailers=b"X-Sum: 1\r\nX-Sum: 2\r\n")[len(CHUNKED):]),
    ],
    "expectation": [length(b"hello", b"Expect: 100-continue\r\n")],
    "HTTP/1.0 client": [
        b"GET /v1/x HTTP/1.0\r\nX: y\r\n\r\n", b"GET /v1/x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        b"POST /v1/x HTTP/1.0\r\nHost: gateway.test\r\nContent-Length: 5\r\n\r\nhello",
    ],
    "empty lines before": [b"\r\n" + post(b"", method=b"GET"), b"\r\n\r\n\r\n" + length(b"abc")],
}
