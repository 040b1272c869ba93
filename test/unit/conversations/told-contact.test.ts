import { createHmac, randomUUID } from 'node:crypto'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { identitiesOf } from '../../../src/contacts/contacts.store.ts'
import { createContact } from '../../../src/contacts/create-contact.ts'
import { getContact } from '../../../src/contacts/get-contact.ts'
import { updateContact } from '../../../src/contacts/update-contact.ts'
import { botToken, leaveStage, openStage, type Stage } from '../flows/engine/stage.ts'

let stage: Stage
afterEach(() => stage.close())
afterAll(leaveStage)

const identitySecret = 'a secret of the site itself'
const open = async () => {
  stage = await openStage({
    flows: [],
    channels: [{ kind: 'webchat', name: 'site', settings: { identitySecret } }],
  })
}
let messages = 100
const write = (from: Record<string, unknown>, more: Record<string, unknown> = { text: 'hi' }) => {
  const user = { id: 5, is_bot: false, first_name: 'Anna', ...from }
  const chat = { id: user.id, type: 'private', first_name: user.first_name }
  return stage.update({ message: { message_id: ++messages, date: 1_793_600_000, chat, from: user, ...more } })
}
const card = { contact: { phone_number: '79161234567', first_name: 'Anna', user_id: 5 } }
const anna = async () => getContact(stage.db, stage.work.projectId, await stage.contactId(5))

/** Writes in the web chat as a user for whom the site vouches. */
async function writeOnSite(
  user: { id: string; email?: string; phone?: string },
  details: object = {},
): Promise<number> {
  const [site] = await stage.db.query<{ hook_id: string }>(`select hook_id from channels where kind = 'webchat'`)
  const signed = [user.id, user.email, user.phone].filter((value) => value !== undefined).join('\n')
  const hash = createHmac('sha256', identitySecret).update(signed).digest('hex')
  const credential = Buffer.from(JSON.stringify({ ...user, hash })).toString('base64url')
  const { status } = await fetch(`${stage.parley.address}/hooks/${site!.hook_id}`, {
    method: 'POST',
    headers: { authorization: `Bearer user.${credential}`, 'content-type': 'application/json' },
    body: JSON.stringify({ id: randomUUID(), text: 'hello', details }),
  })
  return status
}

describe('the contact of somebody who writes', () => {
  it('has what a bot is told of them: name, username, language, and the country of the language', async () => {
    await open()
    await write({ last_name: 'Silva', username: 'anna_s', language_code: 'pt-br' })
    expect(await anna()).toMatchObject({
      firstName: 'Anna',
      lastName: 'Silva',
      username: 'anna_s',
      language: 'pt-BR',
      country: 'BR',
    })
  })

  it('learns its phone, as an identity too, and the country of it from the card of the person', async () => {
    await open()
    await write({})
    await write({}, card)
    expect(await anna()).toMatchObject({ phone: '+79161234567', country: 'RU' })
    expect((await identitiesOf(stage.db, [(await anna()).id])).get((await anna()).id)).toContainEqual({
      kind: 'phone',
      value: '+79161234567',
    })
  })

  it('keeps what an operator set or took away, whatever the channel tells later', async () => {
    await open()
    await write({ username: 'first', last_name: 'Silva' })
    const contactId = await stage.contactId(5)
    await stage.run(updateContact, { contactId, fields: { username: 'ours', lastName: null } })
    await write({ username: 'second', last_name: 'Silva', language_code: 'de-AT' })
    expect(await anna()).toMatchObject({ username: 'ours', lastName: null, language: 'de-AT', country: 'AT' })
  })

  it('follows a new username that nobody set by hand', async () => {
    await open()
    await write({ username: 'first' })
    await write({ username: 'second' })
    expect((await anna()).username).toBe('second')
  })

  it('leaves a phone where another contact has it as an identity', async () => {
    await open()
    const other = await stage.run(createContact, { fields: { phone: '+79161234567' } })
    await write({})
    await write({}, card)
    expect((await identitiesOf(stage.db, [other.id])).get(other.id)).toEqual([{ kind: 'phone', value: '+79161234567' }])
    expect((await anna()).id).not.toBe(other.id)
  })

  it('shows the picture that the channel has of the person, or the one that was set', async () => {
    await open()
    await write({})
    const { id } = await anna()
    await expect(stage.api('GET', `/contacts/${id}/picture`)).rejects.toThrow(/404.*No channel shows a picture of Anna/)
    stage.bot.account(botToken).pictures.set(5, 'face')
    // The double says of every file that it has 1024 bytes.
    stage.bot.addFile('face', new Uint8Array(1024).fill(65), 'image/jpeg')
    const { key } = (await stage.api('POST', '/api-keys', { name: 'reader', access: 'read' })) as { key: string }
    const look = () =>
      fetch(`${stage.parley.address}/api/v1/contacts/${id}/picture`, {
        headers: { authorization: `Bearer ${key}` },
        redirect: 'manual',
      })
    const shown = await look()
    expect(shown.headers.get('content-type')).toBe('image/jpeg')
    expect(await shown.text()).toBe('A'.repeat(1024))
    await stage.run(updateContact, { contactId: id, fields: { picture: 'https://example.com/anna.png' } })
    const led = await look()
    expect([led.status, led.headers.get('location')]).toEqual([302, 'https://example.com/anna.png'])
  })

  it('is the one that has the phone for which the site vouches', async () => {
    await open()
    const known = await stage.run(createContact, { fields: { firstName: 'Anna K.', phone: '+79161234567' } })
    expect(
      await writeOnSite(
        { id: '9', phone: '+79161234567', email: 'Anna@example.com' },
        { name: 'A', timeZone: 'Asia/Omsk', language: 'ru-RU', trafficSource: 'ad' },
      ),
    ).toBe(200)
    expect(await getContact(stage.db, stage.work.projectId, known.id)).toMatchObject({
      firstName: 'Anna K.',
      email: 'anna@example.com',
      timeZone: 'Asia/Omsk',
      language: 'ru-RU',
      country: 'RU',
      trafficSource: 'ad',
    })
    expect(
      (await identitiesOf(stage.db, [known.id]))
        .get(known.id)
        ?.map(({ kind }) => kind)
        .sort(),
    ).toEqual(['email', 'phone', 'webchat'])
  })
})
