"""Python's MSAL on a cache file: signs in with a code, asks in silence, or writes entries, as stdin says in JSON."""

import json
import sys

import msal
import msal_extensions

given = json.load(sys.stdin)
cache = msal_extensions.PersistedTokenCache(msal_extensions.FilePersistence(given["path"]))


def application():
    return msal.PublicClientApplication(
        given["clientId"], authority=given["authority"], token_cache=cache, instance_discovery=False
    )


def sign_in():
    return application().acquire_token_by_authorization_code(
        given["code"], scopes=[given["scope"]], redirect_uri=given["redirectUri"]
    )


def silent():
    app = application()
    accounts = app.get_accounts(username=given["username"])
    assert len(accounts) == 1, accounts
    return app.acquire_token_silent([given["scope"]], account=accounts[0], force_refresh=given["force"])


def write():
    for number in range(given["count"]):
        entry = {"home_account_id": "python.%d" % number, "environment": "python.example", "realm": "r"}
        cache.modify(msal.TokenCache.CredentialType.ACCOUNT, entry, entry)
    return {}


json.dump({"sign in": sign_in, "silent": silent, "write": write}[given["what"]](), sys.stdout)
