"""Answers CloudTrail's ListPublicKeys as AWS does, since no server that can be installed knows it. Standard library only."""

import base64
import http.server
import json
import threading


class CloudTrailServer:
    """Keys by region: `keys["us-east-1"] = [Signer, …]`. `requests` are the bodies with the region each was signed for; `refused` regions
    answer as IAM does. One key a page."""

    def __init__(self, **keys):
        self.keys = {region.replace("_", "-"): signers for region, signers in keys.items()}
        self.validity = (1.5, 4102444800.0)
        self.refused = set()
        self.broken = False
        self.requests = []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                region = self.headers["authorization"].split("Credential=")[1].split("/")[2]
                owner.requests.append((region, self.headers["x-amz-target"], self.headers["content-type"], body))
                code, answer = owner.answer(region, body)
                text = json.dumps(answer).encode("ascii")
                self.send_response(code)
                self.send_header("content-type", "application/x-amz-json-1.1")
                self.send_header("content-length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def answer(self, region, body):
        if self.broken:
            return 500, {"__type": "InternalServerError", "Message": "sorry"}
        if region in self.refused:
            return 400, {"__type": "AccessDeniedException",
                         "Message": "User: arn:aws:iam::111122223333:user/reader is not authorized to perform: "
                                    "cloudtrail:ListPublicKeys because no identity-based policy allows the action"}
        signers = self.keys.get(region, [])
        at = int(body.get("NextToken", "0"))
        entries = [{"Fingerprint": signer.fingerprint, "Value": base64.b64encode(signer.der).decode("ascii"),
                    "ValidityStartTime": self.validity[0], "ValidityEndTime": self.validity[1]} for signer in signers[at:at + 1]]
        answer = {"PublicKeyList": entries}
        if at + 1 < len(signers):
            answer["NextToken"] = str(at + 1)
        return 200, answer

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
