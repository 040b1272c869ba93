import { AppError } from '../../../platform/errors.ts'
import type { StepContext } from '../../block.ts'
import type { RequestOptions } from './request-options.ts'

/** A request with everything filled in, as it is sent. */
export interface PreparedRequest {
  method: RequestOptions['method']
  url: string
  /** Names in lower case. */
  headers: Record<string, string>
  body?: string
  /** Of one try. */
  timeoutMs: number
  retries: number
}

type Renderers = Pick<StepContext<unknown, never>, 'render' | 'renderUrl' | 'renderJson'>

/**
 * Fills in the placeholders of a request.
 *
 * @throws AppError `invalid` when the address or a header cannot be sent as it came out.
 */
export function prepareRequest(options: RequestOptions, renderers: Renderers): PreparedRequest {
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

function urlOf({ url: template, query }: RequestOptions, { renderUrl, render }: Renderers): string {
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

function headersOf({ headers }: RequestOptions, { render }: Renderers): Record<string, string> {
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

function bodyOf({ body }: RequestOptions, { render, renderJson }: Renderers): { body?: string; contentType?: string } {
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
