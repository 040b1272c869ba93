import type { ApiClientOptions } from 'grammy'
import { Pool } from 'undici'

/** What the library asks of `fetch`: a request with a body that is text or a stream, and the answer's JSON. */
type Fetch = NonNullable<ApiClientOptions['fetch']>

/** Calls of one server over connections that stay open, with a fraction of the work that a full `fetch` does for each. */
export function keepAliveFetch(root: string): { fetch: Fetch; close(): void } {
  const { origin } = new URL(root)
  const pool = new Pool(origin)
  const fetch = async (
    url: string,
    { method, headers, body, signal }: RequestInit,
  ): Promise<Pick<Response, 'json'>> => {
    const response = await pool.request({
      path: url.slice(origin.length),
      method: method as 'POST',
      headers: headers as Record<string, string>,
      body: body as string,
      signal,
    })
    return { json: () => response.body.json() }
  }
  return { fetch: fetch as unknown as Fetch, close: () => void pool.destroy() }
}
