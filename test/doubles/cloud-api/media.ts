import { randomInt } from 'node:crypto'
import { refusal } from './refusal.ts'

export interface DoubleFile {
  bytes: Uint8Array
  mime: string
  name?: string
}

/** Types that the vendor takes (…/business-phone-numbers/media#supported-media-types), with the bytes of each. */
const accepted: [RegExp, number][] = [
  [/^image\/(jpeg|png)$/, 5 * 1024 * 1024],
  [/^image\/webp$/, 500 * 1024],
  [/^video\/(mp4|3gpp)$/, 16 * 1024 * 1024],
  [/^audio\/(aac|amr|mpeg|mp4|ogg)$/, 16 * 1024 * 1024],
  [/^(text\/plain|application\/(pdf|msword|vnd\.[\w.-]+))$/, 100 * 1024 * 1024],
]

/** Files of the account by their numbers. */
export class MediaShelf {
  readonly #files = new Map<string, DoubleFile>()
  /** How many were uploaded. */
  uploads = 0

  add(id: string, file: DoubleFile): void {
    this.#files.set(id, file)
  }

  get(id: string): DoubleFile | undefined {
    return this.#files.get(id)
  }

  /** Takes a form as POST /{phone number id}/media does; gives the number. */
  async upload(type: string, body: Uint8Array<ArrayBuffer>): Promise<string> {
    const form = await new Response(body, { headers: { 'content-type': type } }).formData()
    const file = form.get('file')
    if (form.get('messaging_product') !== 'whatsapp') {
      throw refusal(400, 100, 'Invalid parameter', 'The parameter messaging_product is required.')
    }
    if (!(file instanceof File)) throw refusal(400, 100, 'Invalid parameter', 'The parameter file is required.')
    const mime = file.type.split(';')[0]!
    const rule = accepted.find(([pattern]) => pattern.test(mime))
    if (!rule) {
      throw refusal(
        400,
        100,
        'Invalid parameter',
        `Param file must be a file with one of the following types: …; received file of type '${mime}'.`,
      )
    }
    if (file.size > rule[1]) throw refusal(400, 100, 'Invalid parameter', `The file has ${file.size} bytes.`)
    const id = String(randomInt(10 ** 12, 10 ** 14))
    this.#files.set(id, { bytes: new Uint8Array(await file.arrayBuffer()), mime: file.type, name: file.name })
    this.uploads++
    return id
  }
}
