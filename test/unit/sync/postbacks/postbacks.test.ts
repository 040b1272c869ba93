import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { identitiesOf } from '../../../../src/contacts/contacts.store.ts'
import { createAttribute } from '../../../../src/contacts/create-attribute.ts'
import { createContact } from '../../../../src/contacts/create-contact.ts'
import { countContacts } from '../../../../src/contacts/filters/list-contacts.store.ts'
import { getContact } from '../../../../src/contacts/get-contact.ts'
import { channels, conversations, threads } from '../../../../src/conversations/conversations.table.ts'
import { blocks } from '../../../../src/flows/blocks/registry.ts'
import { publishFlow } from '../../../../src/flows/publish-flow.ts'
import { saveFlow } from '../../../../src/flows/save-flow.ts'
import type { Tx } from '../../../../src/platform/database/database.ts'
import type { AppError } from '../../../../src/platform/errors.ts'
import { createVault } from '../../../../src/platform/secrets.ts'
import { createPostback } from '../../../../src/sync/postbacks/create-postback.ts'
import { deletePostback } from '../../../../src/sync/postbacks/delete-postback.ts'
import { getPostback, postbackView } from '../../../../src/sync/postbacks/get-postback.ts'
import type { PostbackMapping } from '../../../../src/sync/postbacks/postback.ts'
import { listPostbackCalls, listPostbacks } from '../../../../src/sync/postbacks/postbacks.store.ts'
import { receivePostback } from '../../../../src/sync/postbacks/receive-postback.ts'
import { updatePostback } from '../../../../src/sync/postbacks/update-postback.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { closedChannels, makeProject, recordedChanges } from '../../../project.ts'

const vault = createVault('a key for the tests of postbacks')
const mapping: PostbackMapping = {
  fields: [
    { from: '$.user.name', to: 'first_name', fallback: 'friend' },
    { from: '$.user.phone', to: 'phone' },
    { from: '$.user.mail', to: 'email' },
    { from: '$.user.tg', to: 'identity.telegram' },
    { from: '$.tags', to: 'label' },
    { from: '$.car.year', to: 'attributes.year' },
    { from: '$.car', to: 'variables.car' },
  ],
  findBy: ['identity.telegram', 'phone', 'email'],
}
let fresh: FreshDatabase
let context: WorkContext
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  context = await makeProject(fresh.db)
  await run(createAttribute, { name: 'year', type: 'number' })
})
afterAll(() => fresh.drop())

const run = <Input, Result>(verb: (tx: Tx, context: WorkContext, input: Input) => Promise<Result>, input: Input) =>
  fresh.db.transaction((tx) => verb(tx, context, input))
const make = async (input: Partial<Parameters<typeof createPostback>[2]> = {}) => {
  const postback = await fresh.db.transaction((tx) =>
    createPostback(tx, context, { name: 'site', mapping, ...input }, vault),
  )
  const token = postbackView(postback, vault).path.replace('/postbacks/', '')
  const call = (body: unknown, idempotencyKey?: string) =>
    receivePostback(fresh.db, context.now, { token, body, idempotencyKey }, (code) =>
      code === 'too_large' ? 413 : 422,
    )
  const calls = async () => (await listPostbackCalls(fresh.db, { postbackId: postback.id, limit: 200 })).items
  return { postback, token, call, calls }
}
const refusal = (call: Promise<unknown>) =>
  call.then(
    () => undefined,
    (error: AppError) => error,
  )

describe('a postback', () => {
  it('has an address that can be shown again, and whose token is kept sealed', async () => {
    const { postback, token } = await make()
    expect(token).toMatch(/^pb_[\w-]{24}$/)
    expect(JSON.stringify(postback)).not.toContain(token)
    const view = postbackView(await getPostback(fresh.db, context.projectId, postback.id), vault)
    expect(view).toMatchObject({
      path: `/postbacks/${token}`,
      flow: null,
      block: null,
      sendingChannel: null,
      enabled: true,
    })
    expect(view).not.toHaveProperty('tokenHash')
  })

  it('is refused with every fault of its mapping and target', async () => {
    const refused = await refusal(
      make({
        mapping: {
          fields: [
            { from: '$.user[', to: 'first_name' },
            { from: '$.x', to: 'attributes.shoe' },
          ],
          findBy: ['phone'],
        },
        flow: 'Nothing',
        sendingChannel: 'tg',
      }),
    )
    expect(refused?.faults.map((fault) => fault.path)).toEqual([
      'mapping.fields[0].from',
      'mapping.fields[1].to',
      'mapping.findBy[0]',
      'flow',
      'sendingChannel',
    ])
    expect(
      (await refusal(make({ mapping: { fields: [{ from: '$.x', to: 'shoe' }], findBy: ['phone'] } })))?.faults[0]?.path,
    ).toBe('mapping.fields[0].to')
    await make()
    await expect(make()).rejects.toThrow('has a postback "site" already')
  })

  it('is changed, switched off and removed', async () => {
    const { postback, call } = await make()
    await run(saveFlow, {
      draft: { name: 'Lead', blocks: [{ id: 'a', number: 1, type: 'note', options: { text: 'x' } }] },
    })
    const update = (input: Omit<Parameters<typeof updatePostback>[2], 'postbackId'>) =>
      run(updatePostback, { postbackId: postback.id, ...input })
    expect(await update({ flow: 'Lead', block: 'a' })).toMatchObject({ flow: 'Lead', blockId: 'a', name: 'site' })
    expect(await update({ name: 'shop' })).toMatchObject({ flow: 'Lead', blockId: 'a', name: 'shop' })
    await expect(update({ block: 'b' })).rejects.toThrow('the flow "Lead" has no block "b"')
    expect(await update({ flow: null })).toMatchObject({ flow: null, blockId: null })
    await update({ enabled: false })
    expect(await refusal(call({ user: { phone: '+79161234567' } }))).toMatchObject({ code: 'gone' })
    await run(deletePostback, { postbackId: postback.id })
    expect(await refusal(call({}))).toMatchObject({ code: 'not_found' })
    expect((await listPostbacks(fresh.db, context.projectId, {})).items).toEqual([])
  })
})

describe('a call', () => {
  it('adds the contact that its body tells of', async () => {
    const { call, calls } = await make()
    const body = { user: { phone: '8 916 123-45-67', tg: 77 }, tags: ['lead', 'site'], car: { year: '2020' } }
    const { contactId, created } = await call(body)
    expect(created).toBe(true)
    expect(await getContact(fresh.db, context.projectId, contactId)).toMatchObject({
      firstName: 'friend',
      phone: '+79161234567',
      labels: ['lead', 'site'],
      attributes: { year: 2020 },
    })
    expect((await identitiesOf(fresh.db, [contactId])).get(contactId)).toEqual([
      { kind: 'telegram', value: '77' },
      { kind: 'phone', value: '+79161234567' },
    ])
    expect(await calls()).toMatchObject([{ contactId, status: 201, error: null, body }])
  })

  it('updates the contact that the first finder finds', async () => {
    const byMail = await run(createContact, { fields: { firstName: 'Anna', email: 'anna@example.com' } })
    await run(createContact, { fields: { phone: '+79161234567' } })
    const { call } = await make({ mapping: { ...mapping, findBy: ['email', 'phone'] } })
    const { contactId, created } = await call({
      user: { name: 'Anne', phone: '+79161234567', mail: 'ANNA@example.com' },
      tags: 'lead',
    })
    expect({ contactId, created }).toEqual({ contactId: byMail.id, created: false })
    expect(await getContact(fresh.db, context.projectId, contactId)).toMatchObject({
      firstName: 'Anne',
      phone: '+79161234567',
      labels: ['lead'],
    })
    expect((await recordedChanges(fresh.db)).at(-2)).toEqual({
      kind: 'contact.updated',
      data: { fields: { firstName: ['Anna', 'Anne'], phone: [null, '+79161234567'] } },
    })
  })

  it('takes a form, and values that are absent change nothing', async () => {
    const form: PostbackMapping = {
      fields: [
        { from: "$['phone']", to: 'phone' },
        { from: '$.city', to: 'last_name' },
      ],
      findBy: ['phone'],
    }
    const { call } = await make({ mapping: form })
    const { contactId } = await call({ phone: '+79161234567', city: 'Tver' })
    await call({ phone: '+79161234567', city: null })
    await call({ phone: '+79161234567' })
    expect((await getContact(fresh.db, context.projectId, contactId)).lastName).toBe('Tver')
  })

  it('with faults names each field and the JSONPath, keeps nothing but the call', async () => {
    const { call, calls } = await make()
    const body = { user: { phone: 'call me', mail: { at: 'home' } }, car: { year: 'old' }, tags: ['x'.repeat(200)] }
    const refused = await refusal(call(body))
    expect(refused?.code).toBe('invalid')
    expect(refused?.faults).toEqual([
      { path: 'phone', message: expect.stringMatching(/"call me" is not a phone number.*\(from \$\.user\.phone\)$/) },
      { path: 'email', message: expect.stringContaining('(from $.user.mail)') },
      { path: 'label', message: expect.stringContaining('(from $.tags)') },
      { path: 'attributes.year', message: expect.stringMatching(/expected a number.*\(from \$\.car\.year\)$/) },
    ])
    expect(await countContacts(fresh.db, { ...context, further: [] }, {})).toEqual({ count: 0, more: false })
    expect(await calls()).toMatchObject([{ status: 422, error: refused?.message, contactId: null, body }])
  })

  it('that tells nothing to find the contact by says what was expected', async () => {
    const { call } = await make()
    const refused = await refusal(call({ user: { name: 'Anna' } }))
    expect(refused?.message).toContain(
      'identity.telegram (from $.user.tg) or phone (from $.user.phone) or email (from $.user.mail)',
    )
  })

  it.each([[null], ['text'], [undefined]])('with the body %j is refused', async (body) => {
    const { call, calls } = await make()
    expect((await refusal(call(body)))?.message).toContain('The body is not an object; expected JSON')
    expect(await calls()).toHaveLength(1)
  })

  it('with a large body is refused, and one with NUL characters is not', async () => {
    const { call, calls } = await make()
    expect(await refusal(call({ user: { phone: '+79161234567', name: 'x'.repeat(70_000) } }))).toMatchObject({
      code: 'too_large',
    })
    const { contactId } = await call({ user: { phone: '+79161234567', name: 'An\0na', '\0': 1, path: 'C:\\u0000' } })
    expect((await getContact(fresh.db, context.projectId, contactId)).firstName).toBe('Anna')
    expect((await calls()).map(({ status }) => status)).toEqual([201, 413])
    expect((await calls())[0]?.body).toEqual({
      user: { phone: '+79161234567', name: 'Anna', '': 1, path: 'C:\\u0000' },
    })
  })

  it('with a key is answered once, however often it comes, also at the same time', async () => {
    const { call, calls } = await make()
    const body = { user: { phone: '+79161234567' }, tags: ['lead'] }
    const answers = await Promise.all(Array.from({ length: 5 }, () => call(body, 'order-1')))
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(answers[0]).toMatchObject({ created: true })
    expect(await calls()).toHaveLength(1)
    expect(await call(body, 'order-2')).toMatchObject({ created: false })
    expect((await recordedChanges(fresh.db)).filter(({ kind }) => kind === 'contact.created')).toHaveLength(1)
  })

  it('that failed may be tried again with its key', async () => {
    const { call } = await make()
    await refusal(call({ user: { phone: 'x' } }, 'order-1'))
    expect(await call({ user: { phone: '+79161234567' } }, 'order-1')).toMatchObject({ created: true })
  })

  it('is kept among the last fifty, and longer when it has a key', async () => {
    const { call, calls } = await make()
    await call({ user: { phone: '+79161234567' } }, 'order-1')
    for (let index = 0; index < 55; index++) await call({ user: { phone: '+79161234567' }, index })
    const kept = await calls()
    expect(kept).toHaveLength(51)
    expect(kept.at(-1)?.idempotencyKey).toBe('order-1')
    expect((kept.at(-2)!.body as { index: number }).index).toBe(5)
  })

  it('makes one contact of twenty at the same time', async () => {
    const { call } = await make()
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        call({
          user: index % 2 ? { phone: '+79161234567', mail: 'a@b.co' } : { mail: 'a@b.co', phone: '89161234567' },
        }),
      ),
    )
    expect(new Set(answers.map(({ contactId }) => contactId)).size).toBe(1)
  })
})

describe('a postback that starts a flow', () => {
  const signals = () =>
    fresh.db.query<{ thread: string; channel: number; payload: { signal: string; data: Record<string, unknown> } }>(
      `select t.external_id as thread, t.channel_id as channel, e.payload from events e join threads t on t.id = e.thread_id order by e.id`,
    )
  const publishLead = async () => {
    const flow = await run(saveFlow, {
      draft: {
        name: 'Lead',
        triggers: [{ type: 'postback', to: 'a' }],
        blocks: [{ id: 'a', number: 1, type: 'note', options: { text: 'x' } }],
      },
    })
    await fresh.db.transaction((tx) =>
      publishFlow(tx, context, { flowId: flow.id }, { registry: blocks, channels: closedChannels }),
    )
    return flow.id
  }
  const addChannel = async (name: string) => {
    const { projectId, now } = context
    const row = {
      projectId,
      kind: 'webchat',
      name,
      settings: {},
      hookId: name,
      enabled: true,
      createdAt: now,
      updatedAt: now,
    }
    return (await fresh.db.orm.insert(channels).values(row).returning())[0]!.id
  }

  it('puts a start into the thread of the contact, with the variables of its mapping', async () => {
    const flowId = await publishLead()
    const { call } = await make({ flow: 'Lead', block: 'a' })
    const { contactId, threadId } = await call({ user: { phone: '+79161234567' }, car: { model: 'Vesta' } }, 'order-1')
    expect(threadId).toBeGreaterThan(0)
    await call({ user: { phone: '+79161234567' }, car: { model: 'Vesta' } }, 'order-1')
    expect(await signals()).toMatchObject([
      {
        thread: `contact:${contactId}`,
        payload: {
          signal: 'start',
          data: { flow: flowId, block: 'a', trigger: 'postback', variables: { car: { model: 'Vesta' } } },
        },
      },
    ])
  })

  it("puts it into the contact's last conversation of the sending channel where there is one", async () => {
    await publishLead()
    const channelId = await addChannel('site')
    const contact = await run(createContact, { fields: { phone: '+79161234567' } })
    const { projectId, now } = context
    const row = {
      projectId,
      channelId,
      kind: 'direct' as const,
      contactId: contact.id,
      mode: 'bot' as const,
      lastMessageAt: now,
      createdAt: now,
    }
    const [conversation] = await fresh.db.orm.insert(conversations).values(row).returning()
    await fresh.db.orm
      .insert(threads)
      .values({ projectId, channelId, externalId: 'visitor', conversationId: conversation!.id })
    const { call } = await make({ flow: 'Lead', sendingChannel: 'site' })
    await call({ user: { phone: '+79161234567' } })
    expect(await signals()).toMatchObject([
      { thread: 'visitor', channel: channelId, payload: { data: { sendingChannelId: channelId } } },
    ])
  })

  it('keeps the contact and says so when the flow is not published', async () => {
    await run(saveFlow, { draft: { name: 'Draft' } })
    const { call, calls } = await make({ flow: 'Draft' })
    const answer = await call({ user: { phone: '+79161234567' } }, 'order-1')
    expect(answer).toMatchObject({ created: true, warning: expect.stringContaining('"Draft" is not published') })
    expect(await calls()).toMatchObject([{ status: 201, error: answer.warning }])
    expect(await call({ user: { phone: '+79161234567' } }, 'order-1')).toEqual(answer)
  })
})
