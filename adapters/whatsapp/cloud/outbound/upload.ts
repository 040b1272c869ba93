import { randomUUID } from 'node:crypto'
import type { FetchedFile } from '../../../../src/conversations/channel-tools.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import type { GraphClient } from '../graph-client.ts'

/** A file on its way to the vendor. */
type Upload = Pick<FetchedFile, 'body' | 'size' | 'name'> & { mime: string }

/** Uploads a file and gives the vendor's number of it. It streams; one whose size nobody tells is read first. */
export async function uploadFile(
  client: GraphClient,
  phoneNumberId: string,
  file: Upload,
  signal: AbortSignal,
): Promise<string> {
  const { body, size } = file.size === undefined ? await readWhole(file.body) : { body: file.body, size: file.size }
  const boundary = `parley-${randomUUID()}`
  const head = Buffer.from(
    [
      ...field(boundary, 'messaging_product', 'whatsapp'),
      ...field(boundary, 'type', file.mime),
      `--${boundary}`,
      `Content-Disposition: form-data; name="file"; filename="${fileName(file.name)}"`,
      `Content-Type: ${file.mime}`,
      '',
      '',
    ].join('\r\n'),
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  async function* form() {
    yield head
    yield* body as unknown as AsyncIterable<Uint8Array>
    yield tail
  }
  const { id } = await client.call<{ id?: string }>({
    method: 'POST',
    path: `${phoneNumberId}/media`,
    form: {
      type: `multipart/form-data; boundary=${boundary}`,
      size: head.byteLength + size + tail.byteLength,
      body: form(),
    },
    signal,
  })
  if (!id) throw new AppError('unavailable', 'WhatsApp took the file and gave no number for it.')
  return id
}

async function readWhole(stream: ReadableStream<Uint8Array>): Promise<{ body: Iterable<Uint8Array>; size: number }> {
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer())
  return { body: [bytes], size: bytes.byteLength }
}

function field(boundary: string, name: string, value: string): string[] {
  return [`--${boundary}`, `Content-Disposition: form-data; name="${name}"`, '', value]
}

/** A name that can break out of no header. */
function fileName(name = 'file'): string {
  return name.replaceAll(/["\\\p{Cc}]/gu, '_').slice(0, 200) || 'file'
}
