"""Gets tokens with every credential of Python's azure.identity that signs a service principal in.

Reads what it needs as JSON from standard input, and writes {"name of the case": "access token"} to standard output.
"""

import asyncio
import inspect
import json
import sys

import azure.identity
import azure.identity.aio


def credentials(package, given):
    options = {"authority": given["authority"]}
    if package is azure.identity:
        # The name of this switch in azure.identity 1.13.0b2.
        options["instance_discovery"] = False
    app = (given["tenantId"], given["clientId"])
    secret = given["clientSecret"]
    pem = given["pem"].encode()
    user = {"user_assertion": given["userAssertion"]}
    yield "secret", package.ClientSecretCredential(*app, secret, **options)
    yield "certificate", package.CertificateCredential(*app, certificate_data=pem, **options)
    yield "certificate with its chain", package.CertificateCredential(
        *app, certificate_data=pem, send_certificate_chain=True, **options
    )
    # In this version the managed identity's, which finds all it needs in the environment.
    yield "token file", package.ManagedIdentityCredential()
    yield "on behalf of, secret", package.OnBehalfOfCredential(*app, client_secret=secret, **user, **options)
    yield "on behalf of, certificate", package.OnBehalfOfCredential(*app, client_certificate=pem, **user, **options)


async def tokens(given):
    found = {}
    package = azure.identity.aio if given["aio"] else azure.identity
    for name, credential in credentials(package, given):
        token = credential.get_token(given["scope"])
        if inspect.isawaitable(token):
            token = await token
            await credential.close()
        found[name] = token.token
    return found


print(json.dumps(asyncio.run(tokens(json.load(sys.stdin)))))
