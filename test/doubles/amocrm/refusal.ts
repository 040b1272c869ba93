/** What is wrong with one value that was sent. */
export interface FieldFault {
  code: string
  /** Where it stands, with dots. */
  path: string
  detail: string
}

/** An answer that is no success, thrown by whatever finds the fault. */
export class Refusal extends Error {
  readonly status: number
  readonly contentType: string
  readonly body: string
  /** Whether the caller broke a rule; else it is something that may happen to anyone (a token that ran out, a record that was deleted). */
  readonly counts: boolean

  constructor(status: number, why: string, contentType: string, body: string, counts: boolean) {
    super(why)
    this.status = status
    this.contentType = contentType
    this.body = body
    this.counts = counts
  }
}

const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  500: 'Internal Server Error',
}

/** `application/problem+json` as the vendor writes it. */
export function problem(status: number, detail: string, counts = true): Refusal {
  const title = titles[status] ?? 'Error'
  const body = { title, type: `https://httpstatus.es/${status}`, status, detail }
  return new Refusal(status, detail, 'application/problem+json', JSON.stringify(body), counts)
}

/** 400 with what is wrong with each thing of a batch, none of which was written. */
export function invalid(
  things: { requestId: string; errors: FieldFault[] }[],
  counts: boolean = things.some(({ errors }) => errors.some(({ code }) => code !== missing)),
): Refusal {
  const body = {
    'validation-errors': things.map(({ requestId, errors }) => ({ request_id: requestId, errors })),
    title: 'Bad Request',
    type: 'https://httpstatus.es/400',
    status: 400,
    detail: 'Request validation failed',
  }
  const why = things.flatMap(({ errors }) => errors.map(({ path, detail }) => `${path}: ${detail}`)).join(' ')
  return new Refusal(400, why, 'application/problem+json', JSON.stringify(body), counts)
}

/** All of a batch is looked at before any of it is written. */
export function refuse<T extends { request_id?: string | undefined }>(
  bodies: T[],
  check: (body: T) => FieldFault[],
): void {
  const wrong = bodies.flatMap((body, index) => {
    const errors = check(body)
    return errors.length === 0 ? [] : [{ requestId: body.request_id ?? String(index), errors }]
  })
  if (wrong.length > 0) throw invalid(wrong)
}

/** The code of what names a record that is not there (any more). */
export const missing = 'EntityNotFound'

export const fault = (path: string, detail: string, code = 'InvalidType'): FieldFault => ({ code, path, detail })
export const noChoice = (path: string): FieldFault =>
  fault(path, 'The value you selected is not a valid choice.', 'NotSupportedChoice')
export const notThere = (path: string): FieldFault => fault(path, 'Entity not found.', missing)

/** What the vendor's front servers say, which is no JSON. */
export function html(status: number, words: string, counts: boolean): Refusal {
  const body = `<html>\r\n<head><title>${status} ${words}</title></head>\r\n<body>\r\n<center><h1>${status} ${words}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
  return new Refusal(status, words, 'text/html', body, counts)
}
