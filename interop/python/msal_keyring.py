"""Python's MSAL on the entry that @azure/identity and entrada use in libsecret: signs in with a code, or asks in silence."""

import json
import os
import sys

import msal
import msal_extensions

given = json.load(sys.stdin)
mark = os.path.expanduser("~/.IdentityService/msal.cache.nocae")
entry = {"service": "Microsoft.Developer.IdentityService", "account": "MSALCache"}
persistence = msal_extensions.LibsecretPersistence(mark, "org.freedesktop.Secret.Generic", entry)
app = msal.PublicClientApplication(
    given["clientId"],
    authority=given["authority"],
    token_cache=msal_extensions.PersistedTokenCache(persistence),
    instance_discovery=False,
)


def sign_in():
    return app.acquire_token_by_authorization_code(
        given["code"], scopes=[given["scope"]], redirect_uri=given["redirectUri"]
    )


def silent():
    accounts = app.get_accounts(username=given["username"])
    assert len(accounts) == 1, accounts
    return app.acquire_token_silent([given["scope"]], account=accounts[0], force_refresh=True)


result = {"sign in": sign_in, "silent": silent}[given["what"]]()
print(json.dumps({"token": result.get("access_token"), "error": result.get("error")}))
