// SMART's client, as it is published: https://www.npmjs.com/package/fhirclient
import assert from "node:assert/strict";
import { test } from "node:test";
import smart from "fhirclient";

const storage = { get: async () => undefined, set: async () => undefined, unset: async () => true };
const client = smart({ headers: {}, url: "/" }, {}, storage).client({
  serverUrl: process.env.FHIR_BASE,
  tokenResponse: { access_token: process.env.FHIR_TOKEN, token_type: "Bearer" },
});
const patient = (more) => ({ resourceType: "Patient", name: [{ family: "Smart" }], ...more });
const statusOf = (promise) =>
  promise.then(() => assert.fail("it was answered"), (error) => error.statusCode ?? error.status);

test("it knows the release", async () => {
  assert.equal(await client.getFhirRelease(), 4);
});

test("a resource lives from its creation to its deletion", async () => {
  const made = await client.create(patient({ gender: "female" }));
  const changed = await client.update({ ...made, gender: "other" });
  assert.deepEqual([changed.gender, changed.meta.versionId], ["other", "2"]);
  const url = `Patient/${made.id}`;
  const patched = await client.patch(url, [{ op: "replace", path: "/gender", value: "male" }]);
  assert.equal(patched.gender, "male");
  assert.equal((await client.request(url)).meta.versionId, "3");
  await client.delete(url);
  assert.equal(await statusOf(client.request(url)), 410);
});

test("pages are fetched one after the other and put together", async () => {
  for (let number = 0; number < 5; number++) await client.create(patient({ gender: "unknown" }));
  const flat = await client.request("Patient?gender=unknown&_count=2", { pageLimit: 0, flat: true });
  assert.equal(flat.length, 5);
  const seen = [];
  for await (const one of client.resources("Patient?gender=unknown&_count=2")) seen.push(one.id);
  assert.equal(new Set(seen).size, 5);
});

test("references are resolved", async () => {
  const { id } = await client.create(patient());
  const observation = await client.create({
    resourceType: "Observation",
    status: "final",
    code: { text: "pulse" },
    subject: { reference: `Patient/${id}` },
  });
  const resolved = await client.request(`Observation/${observation.id}`, { resolveReferences: "subject" });
  assert.equal(resolved.subject.name[0].family, "Smart");
});

test("errors are told with what the service says", async () => {
  const refused = await client.create(patient({ gender: "x" })).catch((error) => error);
  assert.equal(refused.statusCode, 422);
  assert.equal(await statusOf(client.request("Patient/nobody")), 404);
});
