"""Bundles of requests, and what is answered to their entries."""

import uuid

from smartbear.fhir import json


def bundle(*entries, kind="transaction"):
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


def post(resource, full_url="", **request):
    entry = {"resource": resource, "request": {"method": "POST", "url": resource["resourceType"], **request}}
    return entry | ({"fullUrl": full_url} if full_url else {})


def put(resource, **request):
    url = f"{resource['resourceType']}/{resource['id']}"
    return {"resource": resource, "request": {"method": "PUT", "url": url, **request}}


def ask(method, url, **request):
    return {"request": {"method": method, "url": url, **request}}


def parameters(**given):
    named = [{"name": name, **value} for name, value in given.items()]
    return {"resourceType": "Parameters"} | ({"parameter": named} if named else {})


def urn():
    return f"urn:uuid:{uuid.uuid4()}"


def statuses(answered):
    return [entry["response"]["status"].partition(" ")[0] for entry in answered["entry"]]


def id_of(entry):
    return entry["response"]["location"].split("/")[-3]


async def sent(fhir, *entries, kind="transaction", **headers):
    answer = await fhir.send("POST", "", bundle(*entries, kind=kind), **headers)
    assert answer.status_code == 200, answer.text
    return json.decode(answer.content)
