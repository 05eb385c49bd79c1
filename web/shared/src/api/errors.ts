/** One fault in what was sent, by the path of the field. */
export interface FieldFault {
  path: string;
  code: string;
  message: string;
}

/** The platform's answer when it cannot do what was asked: problem+json, RFC 9457. */
export class ApiError extends Error {
  override readonly name = "ApiError";

  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly faults: readonly FieldFault[] = [],
    readonly requestId: string | null = null,
  ) {
    super(detail || code);
  }

  /** What is wrong with one field, or null. */
  faultOf(path: string): string | null {
    return this.faults.find((fault) => fault.path === path)?.message ?? null;
  }
}

/** The request did not reach the platform: no connection, or none of its answers came back. */
export class OfflineError extends Error {
  override readonly name = "OfflineError";
}

interface Problem {
  title?: string;
  code?: string;
  detail?: string;
  errors?: FieldFault[];
  request_id?: string;
}

/** The error an unsuccessful response stands for; a body that is no problem+json is not shown to anybody. */
export async function toError(response: Response): Promise<ApiError> {
  const problem = isProblem(response) ? ((await response.json()) as Problem) : {};
  return new ApiError(
    response.status,
    problem.code ?? `http_${response.status}`,
    problem.detail ?? problem.title ?? "",
    problem.errors ?? [],
    problem.request_id ?? response.headers.get("x-request-id"),
  );
}

function isProblem(response: Response): boolean {
  return (response.headers.get("content-type") ?? "").startsWith("application/problem+json");
}
