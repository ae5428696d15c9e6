"""Asks openstacksdk what it makes of cases.yaml, and writes openstacksdk.json.

    pip install openstacksdk==4.22.0 osc-lib && python openstacksdk.py

Each case runs in a process of its own, with its own HOME and working directory, for
openstacksdk takes the search path when it is imported.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import yaml

HERE = pathlib.Path(__file__).parent


class Sent(Exception):
    """The request that a plugin would send."""


class Session:
    def post(self, url, json=None, **_):
        raise Sent(json['auth'])


def flat(auth, answer):
    """Writes a request for a token as clouds_test.go writes identity.Options."""
    def named(prefix, d):
        for k in ('id', 'name'):
            if k in d:
                answer[prefix + '_' + k] = d[k]

    if 'identity' not in auth:  # v2.0
        answer['version'] = 'v2.0'
        if 'tenantId' in auth:
            answer['project_id'] = auth['tenantId']
        if 'tenantName' in auth:
            answer['project_name'] = auth['tenantName']
        if 'token' in auth:
            answer['token'] = auth['token']['id']
        else:
            c = auth['passwordCredentials']
            answer['password'] = c['password']
            if 'userId' in c:
                answer['user_id'] = c['userId']
            if 'username' in c:
                answer['user_name'] = c['username']
        return
    answer['version'] = 'v3'
    (method,) = auth['identity']['methods']
    body = auth['identity'][method]
    if method == 'token':
        answer['token'] = body['id']
    if method == 'password':
        answer['password'] = body['user']['password']
    if method == 'application_credential':
        answer['application_credential_secret'] = body['secret']
        named('application_credential', body)
    user = body.get('user', {})
    named('user', user)
    named('user_domain', user.get('domain', {}))
    scope = auth.get('scope', {})
    named('project', scope.get('project', {}))
    named('project_domain', scope.get('project', {}).get('domain', {}))
    named('domain', scope.get('domain', {}))
    if 'system' in scope:
        answer['system_scope'] = 'all'


def ask(case):
    from keystoneauth1.access.service_catalog import ServiceCatalogV3
    from keystoneauth1.identity import generic
    from openstack.config import OpenStackConfig
    from osc_lib.cli.client_config import OSC_Config

    if case.get('ask') == 'command':
        config = OSC_Config(override_defaults={'interface': None, 'auth_type': None})
    else:
        config = OpenStackConfig()
    # The openstack command passes OS_REGION_NAME on as --os-region-name.
    region = config.get_one(
        cloud=case.get('cloud'), region_name=case.get('region') or os.environ.get('OS_REGION_NAME'))
    answer = {'region': region.config.get('region_name') or '', 'interface': region.get_interface() or 'public'}
    # As keystoneauth does before it looks into the catalog.
    if isinstance(answer['interface'], str):
        answer['interface'] = ServiceCatalogV3.normalize_interface(answer['interface'])
    plugin = region.get_session().auth
    url = answer['auth_url'] = plugin.auth_url
    if isinstance(plugin, generic.base.BaseGenericPlugin):
        version = str(region.config.get('identity_api_version') or '3').lstrip('v')
        if url.rstrip('/').endswith('/v2.0'):
            version = '2'
        if url.rstrip('/').endswith('/v3'):
            version = '3'
        plugin = plugin.create_plugin(None, (2, 0) if version[0] == '2' else (3, 0), url)
    try:
        plugin.get_auth_ref(Session())
    except Sent as sent:
        flat(sent.args[0], answer)
    verify, cert = region.get_requests_verify_args()
    if isinstance(verify, str):
        answer['cacert'] = verify
    elif not verify:
        answer['insecure'] = 'true'
    if isinstance(cert, tuple):
        answer['cert'], answer['key'] = cert
    elif cert:
        answer['cert'] = cert
    return answer


def run(case):
    with tempfile.TemporaryDirectory() as root:
        root = os.path.realpath(root)
        for d in ('home', 'cwd'):
            os.mkdir(os.path.join(root, d))
        for name, content in (case.get('files') or {}).items():
            path = pathlib.Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content.replace('{root}', root))
        env = {'PATH': os.environ['PATH'], 'HOME': root + '/home'}
        for k, v in (case.get('env') or {}).items():
            env[k] = v.replace('{root}', root)
        script = 'set -a\n' + case.get('openrc', '').replace('{root}', root) + '\nexec "$0" "$@"'
        p = subprocess.run(
            ['bash', '-c', script, sys.executable, '-W', 'ignore', str(HERE.resolve() / 'openstacksdk.py'), '--one'],
            input=json.dumps(case), env=env, cwd=root + '/cwd', text=True, capture_output=True)
        return json.loads((p.stdout or json.dumps({'error': p.stderr})).replace(root, '{root}'))


if __name__ == '__main__':
    if sys.argv[1:] == ['--one']:
        try:
            answer = ask(json.load(sys.stdin))
            json.dumps(answer)  # what can't be written can't be sent
            print(json.dumps({k: str(v) for k, v in answer.items()}))
        except Exception as e:
            print(json.dumps({'error': type(e).__name__}))
    else:
        cases = yaml.safe_load((HERE / 'cases.yaml').read_text())
        answers = {c['name']: run(c) for c in cases}
        (HERE / 'openstacksdk.json').write_text(json.dumps(answers, indent=1, sort_keys=True) + '\n')
