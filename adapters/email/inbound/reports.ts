import { ownHeader, ownLookingIds, threadOfOwn } from '../threads/message-id.ts'
import type { Letter } from './letter.ts'

/** What a server or a mail program says became of a letter of ours. */
export interface Report {
  thread: string
  messageId: string
  status: 'delivered' | 'read' | 'failed' | 'delayed'
  error?: string
}

const maxLooked = 200_000

/**
 * Reads a delivery report (RFC 3464), a receipt (RFC 8098), or a bounce of another kind, if it is about a letter of ours: its Message-ID
 * stands somewhere in what comes back, and its seal is ours.
 */
export function readReport(letter: Letter, key: string): Report | undefined {
  const delivery = partText(letter, 'message/delivery-status')
  const receipt = partText(letter, 'message/disposition-notification')
  if (delivery === undefined && receipt === undefined && !looksBounced(letter)) return undefined
  const about = originalOf(letter, key)
  if (about === undefined) return undefined
  if (receipt !== undefined) {
    return /^disposition:.*;\s*displayed/im.test(receipt) ? { ...about, status: 'read' } : undefined
  }
  const action = /^action:\s*([a-z]+)/im.exec(delivery ?? '')?.[1]?.toLowerCase() ?? 'failed'
  if (action === 'delayed') return { ...about, status: 'delayed' }
  if (action !== 'failed') return { ...about, status: 'delivered' }
  return { ...about, status: 'failed', error: reasonOf(letter, delivery ?? '') }
}

/** Old servers send no report but a letter of their own; its subject is all that says so. */
function looksBounced(letter: Letter): boolean {
  if (letter.headers.has('x-failed-recipients')) return true
  const sender = letter.from?.address ?? ''
  const returned = letter.headers.get('return-path')?.replaceAll(/\s/g, '') === '<>'
  return (
    (returned || /^(mailer-daemon|postmaster|mail-daemon)@/.test(sender)) &&
    /undeliver|deliver.*(fail|status|problem)|returned|failure|unzustellbar|не доставлено|недоставлен|non remis|devuelto/i.test(
      letter.subject,
    )
  )
}

function originalOf(letter: Letter, key: string): { thread: string; messageId: string } | undefined {
  const returned = letter.attachments.filter(({ mime }) => /^(message|text)\//.test(mime)).map(textOf)
  const places = [...returned, letter.text ?? '', letter.html ?? '', ...letter.inReplyTo, ...letter.references]
  for (const place of places) {
    const head = place.slice(0, maxLooked)
    const marked = new RegExp(`^${ownHeader}:\\s*(\\S+)`, 'im').exec(head)?.[1]
    for (const id of [...(marked === undefined ? [] : [marked]), ...ownLookingIds(head)]) {
      const thread = threadOfOwn(key, id)
      if (thread !== undefined) return { thread, messageId: `<${id.replaceAll(/[<>]/g, '')}>` }
    }
  }
  return undefined
}

function reasonOf(letter: Letter, delivery: string): string {
  const field = (name: string) =>
    new RegExp(`^${name}:\\s*(?:[\\w-]+;\\s*)?(.+(?:\\r?\\n[ \\t].+)*)`, 'im')
      .exec(delivery)?.[1]
      ?.replaceAll(/\s+/g, ' ')
      .trim()
  const [status, diagnostic, recipient] = [field('Status'), field('Diagnostic-Code'), field('Final-Recipient')]
  const said = [recipient, status, diagnostic].filter(Boolean).join(', ') || letter.subject
  return `The letter came back: ${said}`.slice(0, 1000)
}

function partText(letter: Letter, mime: string): string | undefined {
  const part = letter.attachments.find((attachment) => attachment.mime === mime)
  return part && textOf(part)
}

function textOf({ content }: { content: Uint8Array }): string {
  return Buffer.from(content.subarray(0, maxLooked)).toString('utf8')
}
