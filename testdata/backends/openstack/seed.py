#!/usr/bin/python3
"""Seed keystone and swift (find or create, so it can run every time).

seed.py identity   roles, users, projects, endpoints, EC2 key; prints exports
seed.py swift      TempURL keys on the demo account (needs the exports)
"""
import json, os, sys, urllib.error, urllib.request

KS = os.environ["KEYSTONE"]
ADMIN_KS = os.environ["KEYSTONE_ADMIN"]
SWIFT = os.environ["SWIFT"]
REGION = os.environ.get("OS_REGION", "RegionOne")
TOKEN = None


def call(method, url, body=None, headers=None):
    h = {"Content-Type": "application/json", **(headers or {})}
    if TOKEN and "X-Auth-Token" not in h:
        h["X-Auth-Token"] = TOKEN
    data = None if body is None else json.dumps(body).encode()
    req = urllib.request.Request(url, data=data, method=method, headers=h)
    with urllib.request.urlopen(req, timeout=30) as r:
        raw = r.read()
        return r.headers, json.loads(raw) if raw else None


def login(user, password, project):
    body = {"auth": {
        "identity": {"methods": ["password"], "password": {"user": {
            "name": user, "domain": {"id": "default"}, "password": password}}},
        "scope": {"project": {"name": project, "domain": {"id": "default"}}}}}
    h, b = call("POST", KS + "/auth/tokens", body, {"X-Auth-Token": ""})
    return h["X-Subject-Token"], b["token"]


def ensure(kind, name, **extra):
    """Find kind (plural path) by name or create it; return its id."""
    one = kind[:-1]
    _, b = call("GET", "%s/%s?name=%s" % (KS, kind, name))
    if b[kind]:
        return b[kind][0]["id"]
    _, b = call("POST", "%s/%s" % (KS, kind), {one: {"name": name, **extra}})
    return b[one]["id"]


def grant(project, user, role):
    call("PUT", "%s/projects/%s/users/%s/roles/%s" % (KS, project, user, role))


def service(typ, name, urls):
    _, b = call("GET", KS + "/services?type=" + typ)
    sid = b["services"][0]["id"] if b["services"] else call(
        "POST", KS + "/services", {"service": {"type": typ, "name": name}})[1]["service"]["id"]
    _, b = call("GET", KS + "/endpoints?service_id=" + sid)
    have = {e["interface"] for e in b["endpoints"]}
    for iface, url in urls.items():
        if iface not in have:
            call("POST", KS + "/endpoints", {"endpoint": {
                "service_id": sid, "interface": iface, "region_id": REGION, "url": url}})


def identity():
    global TOKEN
    TOKEN, _ = login("admin", "adminpass", "admin")
    roles = {r: ensure("roles", r) for r in
             ("admin", "member", "reader", "service", "swiftoperator", "ResellerAdmin")}
    proj = {p: ensure("projects", p, domain_id="default") for p in ("admin", "service", "demo", "demo2")}
    user = {u: ensure("users", u, domain_id="default", password=u + "pass")
            for u in ("admin", "swift", "demo", "guest")}
    grant(proj["service"], user["swift"], roles["admin"])
    grant(proj["service"], user["swift"], roles["service"])
    grant(proj["admin"], user["admin"], roles["ResellerAdmin"])
    for p in ("demo", "demo2"):            # demo owns two projects (rescope)
        grant(proj[p], user["demo"], roles["member"])
        grant(proj[p], user["demo"], roles["swiftoperator"])
    grant(proj["demo"], user["guest"], roles["member"])   # no swift rights: ACL tests
    url = SWIFT + "/v1/AUTH_$(project_id)s"
    service("object-store", "swift", dict.fromkeys(("public", "internal", "admin"), url))
    service("s3", "s3", dict.fromkeys(("public", "internal"), SWIFT))
    TOKEN, _ = login("demo", "demopass", "demo")
    ec2 = "%s/users/%s/credentials/OS-EC2" % (KS, user["demo"])
    creds = [c for c in call("GET", ec2)[1]["credentials"] if c["tenant_id"] == proj["demo"]]
    creds.sort(key=lambda c: c["access"] != os.environ.get("KEEP_ACCESS"))
    cred = creds[0] if creds else call("POST", ec2, {"tenant_id": proj["demo"]})[1]["credential"]
    for k, v in (
            ("OS_AUTH_URL", KS), ("OS_IDENTITY_API_VERSION", "3"),
            ("OS_REGION_NAME", REGION),
            ("OS_USER_DOMAIN_NAME", "Default"), ("OS_PROJECT_DOMAIN_NAME", "Default"),
            ("OS_USERNAME", "demo"), ("OS_PASSWORD", "demopass"), ("OS_USER_ID", user["demo"]),
            ("OS_PROJECT_NAME", "demo"), ("OS_PROJECT_ID", proj["demo"]),
            ("OS_PROJECT2_NAME", "demo2"), ("OS_PROJECT2_ID", proj["demo2"]),
            ("OS_GUEST_USERNAME", "guest"), ("OS_GUEST_PASSWORD", "guestpass"),
            ("OS_ADMIN_USERNAME", "admin"), ("OS_ADMIN_PASSWORD", "adminpass"),
            ("OS_ADMIN_PROJECT_NAME", "admin"), ("OS_ADMIN_PROJECT_ID", proj["admin"]),
            ("OS_ADMIN_AUTH_URL", ADMIN_KS),
            ("SWIFT_ENDPOINT", SWIFT),
            ("SWIFT_STORAGE_URL", "%s/v1/AUTH_%s" % (SWIFT, proj["demo"])),
            ("SWIFT_TEMPURL_KEY", "tempurl-key-1"), ("SWIFT_TEMPURL_KEY_2", "tempurl-key-2"),
            ("S3_ENDPOINT", SWIFT), ("S3_REGION", os.environ.get("S3_REGION", "us-east-1")),
            ("S3_ACCESS_KEY", cred["access"]), ("S3_SECRET_KEY", cred["secret"])):
        print("export %s=%s" % (k, v))


def swift():
    e = os.environ
    tok, _ = login(e["OS_USERNAME"], e["OS_PASSWORD"], e["OS_PROJECT_NAME"])
    call("POST", e["SWIFT_STORAGE_URL"], None, {
        "X-Auth-Token": tok, "Content-Type": "text/plain",
        "X-Account-Meta-Temp-URL-Key": e["SWIFT_TEMPURL_KEY"],
        "X-Account-Meta-Temp-URL-Key-2": e["SWIFT_TEMPURL_KEY_2"]})


if __name__ == "__main__":
    try:
        {"identity": identity, "swift": swift}[sys.argv[1]]()
    except urllib.error.HTTPError as err:
        sys.exit("seed.py: %s %s: %s" % (err.code, err.url, err.read()[:500]))
