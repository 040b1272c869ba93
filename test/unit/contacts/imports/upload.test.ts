import { readdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { largestUpload } from '../../../../src/contacts/imports/spool-upload.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'
import { upload } from './importing.ts'

let fresh: FreshDatabase
let gateway: TestGateway

beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db)
})
afterAll(() => fresh.drop())

const text = 'Имя;Телефон\r\nАнна;89161234567\r\nБорис;"8 916 123;45"\r\n'
/** Cyrillic letters of windows-1251: А is 0xC0 (https://encoding.spec.whatwg.org/windows-1251.html). */
const windows1251 = (value: string): Uint8Array =>
  Uint8Array.from(value, (char) => {
    const code = char.charCodeAt(0)
    return code >= 0x410 && code <= 0x44f ? code - 0x410 + 0xc0 : code
  })
const wide = (value: string, littleEndian: boolean): Uint8Array => {
  const bytes = Buffer.from(value, 'utf16le')
  return littleEndian ? bytes : bytes.swap16()
}

describe('an uploaded file', () => {
  it.each([
    ['UTF-8', Buffer.from(text), 'utf-8'],
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`), 'utf-8'],
    ['UTF-16 with a mark', wide(`\ufeff${text}`, true), 'utf-16le'],
    ['UTF-16 without a mark', wide(text, true), 'utf-16le'],
    ['UTF-16 of the other order', wide(`\ufeff${text}`, false), 'utf-16be'],
    ['windows-1251', windows1251(text), 'windows-1251'],
    ['windows-1251 that shows late', windows1251(`a;b\n${'x;y\n'.repeat(30_000)}Анна;1\n`), 'windows-1251'],
  ])('in %s is recognised', async (_what, bytes, encoding) => {
    const { status, body } = await upload(gateway, bytes)
    expect({ status, encoding: body.encoding, delimiter: body.delimiter }).toEqual({
      status: 201,
      encoding,
      delimiter: ';',
    })
    if (body.rows > 2) return
    expect(body).toMatchObject({
      fileName: 'people.csv',
      status: 'ready',
      rows: 2,
      done: 0,
      columns: [
        { name: 'Имя', target: 'first_name', samples: ['Анна', 'Борис'] },
        { name: 'Телефон', target: 'phone', samples: ['89161234567', '8 916 123;45'] },
      ],
      findBy: ['phone'],
    })
  })

  it.each([
    [',', 'name,phone\nA;B,1\nC,2\n', 2],
    ['\t', 'name\tphone\nA, B\t1\n', 2],
    ['|', 'name|phone\nA|1\n', 2],
    [';', 'sep=;\r\nname;phone,x;y\r\nA;1;2\r\n', 3],
    [',', 'phone\n+79161234567\n', 1],
    [',', '"name, of all","phone"\n"A ""the; great""",1\n', 2],
  ])('parted by %j is recognised', async (delimiter, content, columns) => {
    const { body } = await upload(gateway, content)
    expect(body).toMatchObject({ delimiter })
    expect(body.columns).toHaveLength(columns)
  })

  it('keeps cells with line breaks and quotation marks, and does not count blank rows', async () => {
    const { body } = await upload(gateway, 'name,note\n"A\nB","say ""hi"""\n,\n\nООО "Ромашка",x\u0000y\n')
    expect(body.rows).toBe(2)
    expect(body.columns.map((column: { samples: string[] }) => column.samples)).toEqual([
      ['A\nB', 'ООО "Ромашка"'],
      ['say "hi"', 'xy'],
    ])
  })

  it.each([
    ['', 'The body is empty'],
    ['name,phone\n', 'no row below its head'],
    [',,\na,b,c\n', 'The first row is empty'],
    ['name,phone\n"A,1\nB,2\n', 'a quotation mark is opened and never closed'],
    [`${'a,'.repeat(201)}b\n1,2\n`, 'has 202 columns; expected at most 200'],
    [`name,phone\n"${'x'.repeat(1_100_000)}\n`, 'perhaps because a quotation mark is never closed'],
  ])('of %j is refused', async (content, reason) => {
    const { status, body } = await upload(gateway, content)
    expect({ status, detail: body.detail }).toEqual({ status: 400, detail: expect.stringContaining(reason) })
    expect((await gateway.call('GET', '/contact-imports')).body.items).toEqual([])
    expect(await fresh.db.query('select 1 from contact_imports')).toEqual([])
  })

  it('as a form or as JSON is refused with what is expected', async () => {
    const { status, body } = await upload(gateway, 'a,b\n1,2', { 'content-type': 'multipart/form-data; boundary=x' })
    expect({ status, detail: body.detail }).toEqual({ status: 400, detail: expect.stringContaining('the file itself') })
  })

  it('that is too large is refused before all of it has come, and leaves nothing behind', async () => {
    let sent = 0
    const chunk = new Uint8Array(1024 * 1024).fill(65)
    const body = new ReadableStream({
      pull(controller) {
        sent += chunk.length
        controller.enqueue(chunk)
      },
    })
    const response = await gateway.app.request('/api/v1/contact-imports', {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'text/csv' },
      body,
      duplex: 'half',
    } as RequestInit)
    expect(response.status).toBe(413)
    expect(sent).toBeLessThan(largestUpload + 10 * chunk.length)
    expect((await readdir(tmpdir())).filter((name) => name.startsWith('parley-import-'))).toEqual([])
  })

  it('is not seen in another project', async () => {
    const { body } = await upload(gateway, 'phone\n1\n')
    const other = await testGateway(fresh.db)
    for (const [method, path] of [
      ['GET', ''],
      ['GET', '/rows'],
      ['GET', '/report'],
      ['POST', '/start'],
      ['POST', '/cancel'],
      ['DELETE', ''],
    ])
      expect(
        (await other.call(method!, `/contact-imports/${body.id}${path}`, method === 'POST' ? {} : undefined)).status,
      ).toBe(404)
    expect((await other.call('GET', '/contact-imports')).body.items).toEqual([])
  })

  it('needs a key that may write', async () => {
    const key = await gateway.makeKey('read')
    const { status } = await upload({ ...gateway, key }, 'phone\n1\n')
    expect(status).toBe(403)
  })
})
