// fhir-kit-client, as it is published: https://www.npmjs.com/package/fhir-kit-client
import assert from "node:assert/strict";
import { test } from "node:test";
import { Client } from "fhir-kit-client";

const client = new Client({ baseUrl: process.env.FHIR_BASE, bearerToken: process.env.FHIR_TOKEN });
const identifier = [{ system: "urn:strangers:kit", value: "1" }];
const patient = (more) => ({ resourceType: "Patient", identifier, ...more });
const create = (body) => client.create({ resourceType: body.resourceType, body });
const statusOf = async (promise) => {
  const error = await promise.then(() => assert.fail("it was answered"), (reason) => reason);
  return [error.response.status, error.response.data.resourceType];
};

test("the capabilities name what is offered", async () => {
  const statement = await client.capabilityStatement();
  assert.equal(statement.fhirVersion, "4.0.1");
  assert.ok(statement.rest[0].resource.some((one) => one.type === "Observation"));
});

test("a resource lives from its creation to its deletion", async () => {
  const { id } = await create(patient({ birthDate: "1940-05-01" }));
  const at = { resourceType: "Patient", id };
  const changed = await client.update({ ...at, body: patient({ id, birthDate: "1941-05-01" }) });
  assert.equal(changed.meta.versionId, "2");
  const patched = await client.patch({ ...at, jsonPatch: [{ op: "add", path: "/active", value: true }] });
  assert.deepEqual([patched.active, patched.meta.versionId], [true, "3"]);
  assert.equal((await client.vread({ ...at, version: "1" })).birthDate, "1940-05-01");
  assert.equal((await client.history(at)).entry.length, 3);
  await client.delete(at);
  assert.deepEqual(await statusOf(client.read(at)), [410, "OperationOutcome"]);
});

test("a search goes on to the next page, by GET and by POST", async () => {
  for (let number = 0; number < 3; number++) await create(patient({ name: [{ family: `Kit${number}` }] }));
  const searchParams = { family: "kit", _sort: "family", _count: 2, _total: "accurate" };
  const first = await client.search({ resourceType: "Patient", searchParams });
  const second = await client.nextPage({ bundle: first });
  const names = [first, second].flatMap((page) => page.entry.map((entry) => entry.resource.name[0].family));
  assert.deepEqual([first.total, names], [3, ["Kit0", "Kit1", "Kit2"]]);
  assert.equal(client.nextPage({ bundle: second }), undefined);
  const posted = await client.search({
    resourceType: "Patient", searchParams, options: { postSearch: true },
  });
  assert.equal(posted.entry.length, 2);
});

test("a transaction connects what it writes, and a batch answers each entry", async () => {
  const fullUrl = "urn:uuid:0190a000-0000-7000-8000-0000000000aa";
  const basic = { resourceType: "Basic", code: { text: "kit" }, subject: { reference: fullUrl } };
  const entry = [patient(), basic].map((resource, index) => ({
    ...(index ? {} : { fullUrl }), resource, request: { method: "POST", url: resource.resourceType },
  }));
  const written = await client.transaction({ body: { resourceType: "Bundle", type: "transaction", entry } });
  const id = written.entry[1].response.location.match(/Basic\/([^/]+)/)[1];
  const { subject } = await client.read({ resourceType: "Basic", id });
  const resolved = await client.resolve({ reference: subject.reference });
  assert.deepEqual(resolved.identifier, identifier);
  const requests = ["Patient/nobody", `Basic/${id}`].map((url) => ({ request: { method: "GET", url } }));
  const answered = await client.batch({ body: { resourceType: "Bundle", type: "batch", entry: requests } });
  assert.deepEqual(answered.entry.map((one) => one.response.status.slice(0, 3)), ["404", "200"]);
});

test("a compartment is searched, and its whole record read", async () => {
  const { id } = await create(patient());
  await create({
    resourceType: "Observation",
    status: "final",
    code: { text: "pulse" },
    subject: { reference: `Patient/${id}` },
  });
  const compartment = { resourceType: "Patient", id };
  const found = await client.search({ resourceType: "Observation", compartment });
  assert.equal(found.entry.length, 1);
  const all = await client.operation({ name: "everything", resourceType: "Patient", id, method: "GET" });
  assert.deepEqual(all.entry.map((one) => one.resource.resourceType).sort(), ["Observation", "Patient"]);
});

test("errors come with their outcome", async () => {
  assert.deepEqual(await statusOf(create(patient({ gender: "x" }))), [422, "OperationOutcome"]);
  const at = { resourceType: "Patient", id: "nobody" };
  assert.deepEqual(await statusOf(client.read(at)), [404, "OperationOutcome"]);
  const stranger = new Client({ baseUrl: process.env.FHIR_BASE, bearerToken: "no" });
  assert.deepEqual(await statusOf(stranger.read(at)), [401, "OperationOutcome"]);
});
