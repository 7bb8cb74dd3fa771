"""Prints as JSON which names Python's azure.identity has for its users, as far as the package says so itself.

{"aio": [...], "sync": [...], "keywords": {"class": [...]}, "call": [...], "variables": [...], "authorities": [...]}
"""

import inspect
import json
import re

import azure.identity
import azure.identity.aio
from azure.identity._constants import EnvironmentVariables

NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


def documented(of):
    return re.findall(r":(?:keyword|param) (?:[\w.~\[\], ]+ )?(\w+):", inspect.getdoc(of) or "")


def keywords(of):
    """What a constructor names, what the documentation of its class names, and what it takes out of its **kwargs."""
    named = [name for name, one in inspect.signature(of).parameters.items() if one.kind in NAMED]
    own = of.__init__
    taken = re.findall(r"kwargs\.(?:pop|get)\(\s*\"(\w+)\"", inspect.getsource(own)) if inspect.isfunction(own) else []
    return sorted({*named, *documented(of), *taken})


def public(package):
    return {name: getattr(package, name) for name in package.__all__}


aio = public(azure.identity.aio)
sync = public(azure.identity)
# Those for people are in the synchronous package alone.
takers = {
    name: one for name, one in {**sync, **aio}.items() if name.endswith(("Credential", "TokenCachePersistenceOptions"))
}

print(
    json.dumps(
        {
            "aio": sorted(aio),
            "sync": sorted(sync),
            "keywords": {name: keywords(one) for name, one in takers.items()},
            "call": sorted(
                {name for one in takers.values() if hasattr(one, "get_token") for name in documented(one.get_token)}
                - {"scopes"}
            ),
            "variables": sorted(
                value for value in vars(EnvironmentVariables).values() if isinstance(value, str) and value.isupper()
            ),
            "authorities": sorted(name for name in vars(azure.identity.AzureAuthorityHosts) if name.isupper()),
        }
    )
)
