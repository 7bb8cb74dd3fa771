"""Gets a token with msal's ManagedIdentityClient, whose host the environment tells.

Reads {"resource"} as JSON from standard input, and writes msal's answer to standard output.
"""

import json
import sys

import msal
import requests

given = json.load(sys.stdin)
client = msal.ManagedIdentityClient(msal.SystemAssignedManagedIdentity(), http_client=requests.Session())
print(json.dumps(client.acquire_token_for_client(resource=given["resource"])))
