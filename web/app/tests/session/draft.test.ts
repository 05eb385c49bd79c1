import { ApiError, OfflineError } from "@smartbear/shared/api/errors.ts";
import { expect, test } from "vitest";
import { Draft } from "../../src/session/draft.ts";

function refusing(...errors: unknown[]) {
  const sent: [string, string][] = [];
  const draft = new Draft(async (text, key) => {
    sent.push([text, key]);
    const error = errors.shift();
    if (error) throw error;
  });
  return { draft, sent };
}

test("a message that did not get through is sent again under the same key", async () => {
  const { draft, sent } = refusing(new OfflineError());
  expect([await draft.trySending("I feel dizzy"), await draft.trySending("I feel dizzy")]).toEqual(["failed", "sent"]);
  expect(sent[0]).toEqual(sent[1]);
});

test("a message that was changed is another one", async () => {
  const { draft, sent } = refusing(new OfflineError());
  await draft.trySending("I feel dizzy");
  await draft.trySending("I feel better");
  expect(sent[0]?.[1]).not.toBe(sent[1]?.[1]);
});

test.each([409, 429, 503])("when the platform answers %i the participant is asked to call", async (status) => {
  const { draft } = refusing(new ApiError(status, "code", "detail"));
  expect(await draft.trySending("I feel dizzy")).toBe("call");
});
