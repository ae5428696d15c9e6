"""boto3 and the AWS command line, driven by lines of JSON on stdin and answered on stdout.

One process for many requests: the command line's own driver is called in place of a process for
each, which would spend most of its time on imports.
"""

import contextlib
import io
import json
import os
import re
import sys

import boto3
from awscli.clidriver import create_clidriver
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import ClientError

PART = 5 << 20
endpoint = os.environ["S3_ENDPOINT"]
client = boto3.client("s3", endpoint_url=endpoint, config=Config(s3={"addressing_style": "path"}))
config = TransferConfig(multipart_threshold=PART, multipart_chunksize=PART)
driver = create_clidriver()

HEADERS = ("ContentType", "CacheControl", "ContentDisposition", "ContentEncoding", "ContentLanguage")


class Refused(Exception):
    pass


def extra(q):
    o = q["object"]
    args = {name: o[name] for name in HEADERS if o.get(name)}
    if o.get("Metadata"):
        args["Metadata"] = o["Metadata"]
    if o.get("Tags"):
        args["Tagging"] = "&".join(f"{quote(k)}={quote(v)}" for k, v in o["Tags"].items())
    if o.get("Algorithm"):
        args["ChecksumAlgorithm"] = o["Algorithm"]
    return args


def quote(text):
    from urllib.parse import quote

    return quote(text, safe="")


def checksum(answer):
    for name in ("ChecksumCRC64NVME", "ChecksumCRC32C", "ChecksumSHA256"):
        if answer.get(name):
            return answer[name]
    return ""


def told(answer):
    o = {name: answer.get(name, "") for name in HEADERS}
    o.update(Metadata=answer.get("Metadata", {}), ETag=answer["ETag"], Checksum=checksum(answer))
    return o


def rows(answer):
    entries = [{"Key": o["Key"], "Size": o["Size"], "ETag": o["ETag"]} for o in answer.get("Contents") or []]
    return entries + [{"Key": p["Prefix"]} for p in answer.get("CommonPrefixes") or []]


class Boto3:
    def put(self, q):
        with open(q["file"], "rb") as body:
            client.put_object(Bucket=q["bucket"], Key=q["key"], Body=body, **extra(q))

    def parts(self, q):
        client.upload_file(q["file"], q["bucket"], q["key"], ExtraArgs=extra(q), Config=config)

    def stream(self, q):
        class Stream(io.RawIOBase):
            def __init__(self, body):
                self.body = body

            def readable(self):
                return True

            def read(self, n=-1):
                return self.body.read(n)

        with open(q["file"], "rb") as body:
            client.upload_fileobj(Stream(body), q["bucket"], q["key"], ExtraArgs=extra(q), Config=config)

    def copy(self, q):
        client.copy_object(Bucket=q["bucket"], Key=q["key"], CopySource={"Bucket": q["from"]["bucket"], "Key": q["from"]["key"]})

    def copy_parts(self, q):
        client.copy({"Bucket": q["from"]["bucket"], "Key": q["from"]["key"]}, q["bucket"], q["key"], Config=config)

    def get(self, q):
        answer = client.get_object(Bucket=q["bucket"], Key=q["key"], ChecksumMode="ENABLED")
        with open(q["file"], "wb") as to:
            to.write(answer["Body"].read())
        return told(answer)

    def tags(self, q):
        answer = client.get_object_tagging(Bucket=q["bucket"], Key=q["key"])
        return {t["Key"]: t["Value"] for t in answer["TagSet"]}

    def list(self, q):
        entries = []
        pages = client.get_paginator("list_objects_v2")
        for page in pages.paginate(
            Bucket=q["bucket"], Delimiter=q["delimiter"], PaginationConfig={"PageSize": q["page"]}
        ):
            entries += rows(page)
        return entries


class Aws:
    """The aws command. s3api prints the answer as JSON; s3 cp moves files and streams."""

    def run(self, *args, stdin=None):
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        before = sys.stdin
        if stdin is not None:
            sys.stdin = io.TextIOWrapper(io.BufferedReader(io.FileIO(stdin)))
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = driver.main(["--endpoint-url", endpoint, *args])
        finally:
            sys.stdin = before
        out.flush()
        err.flush()
        out, err = out.buffer.getvalue().decode(), err.buffer.getvalue().decode().strip()
        if status:
            raise Refused(err)
        return out

    def options(self, q):
        o, args = q["object"], []
        for flag, name in zip(
            ("--content-type", "--cache-control", "--content-disposition", "--content-encoding", "--content-language"), HEADERS
        ):
            if o.get(name):
                args += [flag, o[name]]
        if o.get("Metadata"):
            args += ["--metadata", json.dumps(o["Metadata"])]
        if o.get("Algorithm"):
            args += ["--checksum-algorithm", o["Algorithm"]]
        return args

    def put(self, q):
        args = self.options(q)
        if q["object"].get("Tags"):
            args += ["--tagging", extra(q)["Tagging"]]
        self.run("s3api", "put-object", "--bucket", q["bucket"], "--key", q["key"], "--body", q["file"], *args)

    def parts(self, q):
        self.run("s3", "cp", "--no-progress", q["file"], f"s3://{q['bucket']}/{q['key']}", *self.options(q))

    def stream(self, q):
        self.run("s3", "cp", "--no-progress", "-", f"s3://{q['bucket']}/{q['key']}", *self.options(q), stdin=q["file"])

    def copy(self, q):
        source = f"{q['from']['bucket']}/{q['from']['key']}"  # it escapes that itself
        self.run("s3api", "copy-object", "--bucket", q["bucket"], "--key", q["key"], "--copy-source", source)

    def copy_parts(self, q):
        self.run("s3", "cp", "--no-progress", f"s3://{q['from']['bucket']}/{q['from']['key']}", f"s3://{q['bucket']}/{q['key']}")

    def get(self, q):
        return told(json.loads(self.run("s3api", "get-object", "--checksum-mode", "ENABLED", "--bucket", q["bucket"], "--key", q["key"], q["file"])))

    def tags(self, q):
        answer = json.loads(self.run("s3api", "get-object-tagging", "--bucket", q["bucket"], "--key", q["key"]))
        return {t["Key"]: t["Value"] for t in answer["TagSet"]}

    def list(self, q):
        args = ["--delimiter", q["delimiter"]] if q["delimiter"] else []
        answer = self.run("s3api", "list-objects-v2", "--bucket", q["bucket"], "--page-size", str(q["page"]), *args)
        return rows(json.loads(answer or "{}"))


peers = {"boto3": Boto3(), "aws": Aws()}


def answer(q):
    try:
        return {"answer": getattr(peers[q["peer"]], q["do"])(q)}
    except ClientError as e:
        return {"refusal": {"status": e.response["ResponseMetadata"]["HTTPStatusCode"], "code": e.response["Error"]["Code"]}}
    except Refused as e:
        code = re.search(r"An error occurred \((\w+)\)", str(e))
        return {"refusal": {"status": 0, "code": code[1]}} if code else failure(str(e).splitlines()[0])
    except Exception as e:
        return failure(type(e).__name__, e)


def failure(what, detail=""):
    """What is the same every time goes to the table, and the rest to the log."""
    print(what, detail, file=sys.stderr)
    return {"failure": re.sub(r":.*", "", what)}


def main():
    wire, sys.stdout = sys.stdout, sys.stderr
    for line in sys.stdin:
        wire.write(json.dumps(answer(json.loads(line))) + "\n")
        wire.flush()


if __name__ == "__main__":
    main()
