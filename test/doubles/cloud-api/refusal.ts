/** An answer of the Graph API that is no success, thrown by whatever finds the fault. */
export class Refusal extends Error {
  readonly status: number
  readonly code: number
  readonly details: string | undefined

  constructor(status: number, code: number, title: string, details?: string) {
    super(`(#${code}) ${title}`)
    this.status = status
    this.code = code
    this.details = details
  }

  /** As the vendor writes it. */
  body(): unknown {
    const data =
      this.details === undefined ? {} : { error_data: { messaging_product: 'whatsapp', details: this.details } }
    return {
      error: { message: this.message, type: 'OAuthException', code: this.code, ...data, fbtrace_id: 'AbCdEf' },
    }
  }
}

export function refusal(status: number, code: number, title: string, details?: string): Refusal {
  return new Refusal(status, code, title, details)
}
