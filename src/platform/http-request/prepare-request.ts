import { AppError } from '../errors.ts'
import type { RequestTemplate } from './request-template.ts'

/** A request with everything filled in, as it is sent. */
export interface PreparedRequest {
  method: RequestTemplate['method']
  url: string
  /** Names in lower case. */
  headers: Record<string, string>
  body?: string
  /** Of one try. */
  timeoutMs: number
  retries: number
}

/** What fills in placeholders. */
export interface Renderers {
  render(template: string): string
  /** Encodes what it fills in. */
  renderUrl(template: string): string
  /** Fills in every text of a JSON value; one that is exactly one placeholder keeps the type of what it names. */
  renderJson(value: unknown): unknown
}

/**
 * Fills in the placeholders of a request.
 *
 * @throws AppError `invalid` when the address or a header cannot be sent as it came out.
 */
export function prepareRequest(options: RequestTemplate, renderers: Renderers): PreparedRequest {
  const { method, timeoutSeconds, retries } = options
  const { body, contentType } = bodyOf(options, renderers)
  const headers = headersOf(options, renderers)
  if (contentType !== undefined) headers['content-type'] ??= contentType
  headers.accept ??= 'application/json, text/plain;q=0.9, */*;q=0.8'
  return {
    method,
    url: urlOf(options, renderers),
    headers,
    ...(body !== undefined && { body }),
    timeoutMs: timeoutSeconds * 1000,
    retries,
  }
}

function urlOf({ url: template, query }: RequestTemplate, { renderUrl, render }: Renderers): string {
  const text = renderUrl(template).trim()
  const url = URL.parse(text)
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:') {
    throw new AppError(
      'invalid',
      `The option "url" came out as "${text}"; expected an address such as https://example.com/path`,
    )
  }
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, render(value))
  return url.href
}

function headersOf({ headers }: RequestTemplate, { render }: Renderers): Record<string, string> {
  const rendered: Record<string, string> = {}
  for (const [name, template] of Object.entries(headers)) {
    const value = render(template).trim()
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new AppError(
        'invalid',
        `The header "${name}" came out with a line break or a sign that headers cannot carry`,
      )
    }
    rendered[name.toLowerCase()] = value
  }
  return rendered
}

function bodyOf({ body }: RequestTemplate, { render, renderJson }: Renderers): { body?: string; contentType?: string } {
  switch (body?.type) {
    case 'json':
      return { body: JSON.stringify(renderJson(body.value)), contentType: 'application/json' }
    case 'form': {
      const fields = Object.entries(body.fields).map(([name, value]): [string, string] => [name, render(value)])
      return { body: new URLSearchParams(fields).toString(), contentType: 'application/x-www-form-urlencoded' }
    }
    case 'text':
      return { body: render(body.text), contentType: body.contentType }
    case undefined:
      return {}
  }
}
