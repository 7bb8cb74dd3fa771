"""Gets a token with the ManagedIdentityCredential of Python's azure.identity, whose host the environment tells.

Reads {"aio", "options", "scope"} as JSON from standard input, and writes {"token"} or {"error"} to standard output.
"""

import asyncio
import inspect
import json
import sys

import azure.identity
import azure.identity.aio


async def main(given):
    package = azure.identity.aio if given["aio"] else azure.identity
    credential = package.ManagedIdentityCredential(**given["options"])
    try:
        token = credential.get_token(given["scope"])
        if inspect.isawaitable(token):
            token = await token
        return {"token": token.token, "expiresOn": token.expires_on}
    except Exception as error:
        return {"error": {"name": type(error).__name__, "message": str(error)}}
    finally:
        closing = credential.close()
        if inspect.isawaitable(closing):
            await closing


print(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
