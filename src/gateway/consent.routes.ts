import type { Hono } from 'hono'
import { AppError, messageOf } from '../platform/errors.ts'
import { escapeHtml } from '../platform/escape-html.ts'
import { connectIntegration } from '../sync/integrations/connect-integration.ts'
import { callbackPath, takeConsent } from '../sync/integrations/consent.ts'
import type { Integration } from '../sync/integrations/integration.ts'
import { noteCondition } from '../sync/integrations/note-condition.ts'
import { statusOfCode } from './problems.ts'
import type { Services } from './services.ts'

type Parts = Pick<Services, 'db' | 'clock' | 'log' | 'crms' | 'publicUrl'>

/** The vendor may take so long, in milliseconds, for all that is asked of it. */
const vendorMs = 60_000

/**
 * Mounts `/integrations/callback`, where the owner of an account comes back from its vendor: what the vendor sent along is turned into
 * tokens, the integration is connected, and a page says what came of it.
 */
export function mountConsent(app: Hono, parts: Parts): void {
  app.get(callbackPath, async (c) => {
    const query = new URL(c.req.url).searchParams
    let page: { title: string; text: string; status: number }
    try {
      const integration = await finish(parts, query)
      const text = `"${integration.name}" is connected with ${integration.account}. You can close this page.`
      page = { title: 'Connected', text, status: 200 }
    } catch (error) {
      if (!(error instanceof AppError)) parts.log.error({ error }, 'An integration could not be connected.')
      const text = error instanceof AppError ? messageOf(error) : 'Something went wrong inside; the log tells more.'
      const status = error instanceof AppError ? statusOfCode[error.code] : 500
      page = { title: 'Not connected', text, status }
    }
    return new Response(htmlOf(page), {
      status: page.status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        // The address holds what the vendor sent along.
        'referrer-policy': 'no-referrer',
      },
    })
  })
}

async function finish({ db, clock, crms, publicUrl }: Parts, query: URLSearchParams): Promise<Integration> {
  const { id, projectId } = await takeConsent(db, query.get('state') ?? '', clock.now())
  const adapter = crms.adapter(id)
  if (!adapter.consent) throw new AppError('conflict', 'This integration needs no consent any more; connect it again.')
  const signal = AbortSignal.timeout(vendorMs)
  try {
    await adapter.consent.accept(query, publicUrl + callbackPath, signal)
  } catch (error) {
    // The address is used up: whoever looks must not wait for it.
    await noteCondition(db, id, { state: 'stopped', error: messageOf(error) }, clock.now())
    throw error
  }
  const context = { projectId, now: clock.now(), by: { kind: 'integration' as const, id } }
  try {
    const { integration } = await connectIntegration(
      db,
      context,
      { integrationId: id },
      (other) => crms.adapter(other),
      signal,
    )
    return integration
  } finally {
    await crms.changed(id)
  }
}

function htmlOf({ title, text }: { title: string; text: string }): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(title)}</title>
<style>body { font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 20vh auto; padding: 0 1rem }</style>
<h1>${escapeHtml(title)}</h1>
<p>${escapeHtml(text)}</p>
</html>
`
}
