import type { AmocrmDouble } from '../../../doubles/amocrm/amocrm.ts'

export interface Answer {
  status: number
  type: string
  // biome-ignore lint/suspicious/noExplicitAny: whatever the vendor would answer
  body: any
  text: string
}

/** Calls the double the way a client of the vendor's does. */
export function caller(double: AmocrmDouble, token = double.oauth.longLived(double.client.id)) {
  return async (method: string, path: string, json?: unknown): Promise<Answer> => {
    const response = await fetch(`${double.url}${path.startsWith('/') ? path : `/api/v4/${path}`}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(json !== undefined && { 'content-type': 'application/json' }),
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    return { status: response.status, type, text, body: type.includes('json') ? JSON.parse(text) : undefined }
  }
}
