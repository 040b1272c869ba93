import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { saveFlow } from '../../../../src/flows/save-flow.ts'
import { deletePostback } from '../../../../src/sync/postbacks/delete-postback.ts'
import { getPostback, postbackView } from '../../../../src/sync/postbacks/get-postback.ts'
import { listPostbacks } from '../../../../src/sync/postbacks/postbacks.store.ts'
import { updatePostback } from '../../../../src/sync/postbacks/update-postback.ts'
import { type PostbackRoom, postbackRoom, refusal, vault } from './postback-room.ts'

let room: PostbackRoom
beforeAll(async () => {
  room = await postbackRoom()
})
beforeEach(() => room.clear())
afterAll(() => room.fresh.drop())

describe('a postback', () => {
  it('has an address that can be shown again, and whose token is kept sealed', async () => {
    const { postback, token } = await room.make()
    expect(token).toMatch(/^pb_[\w-]{24}$/)
    expect(JSON.stringify(postback)).not.toContain(token)
    const view = postbackView(await getPostback(room.fresh.db, room.context.projectId, postback.id), vault)
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
      room.make({
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
      (await refusal(room.make({ mapping: { fields: [{ from: '$.x', to: 'shoe' }], findBy: ['phone'] } })))?.faults[0]
        ?.path,
    ).toBe('mapping.fields[0].to')
    await room.make()
    await expect(room.make()).rejects.toThrow('has a postback "site" already')
  })

  it('is changed, switched off and removed', async () => {
    const { postback, call } = await room.make()
    await room.run(saveFlow, {
      draft: { name: 'Lead', blocks: [{ id: 'a', number: 1, type: 'note', options: { text: 'x' } }] },
    })
    const update = (input: Omit<Parameters<typeof updatePostback>[2], 'postbackId'>) =>
      room.fresh.db.transaction((tx) => updatePostback(tx, room.context, { postbackId: postback.id, ...input }, vault))
    expect(await update({ flow: 'Lead', block: 'a' })).toMatchObject({ flow: 'Lead', blockId: 'a', name: 'site' })
    expect(await update({ name: 'shop' })).toMatchObject({ flow: 'Lead', blockId: 'a', name: 'shop' })
    await expect(update({ block: 'b' })).rejects.toThrow('the flow "Lead" has no block "b"')
    expect(await update({ flow: null })).toMatchObject({ flow: null, blockId: null })
    await update({ enabled: false })
    expect(await refusal(call({ user: { phone: '+79161234567' } }))).toMatchObject({ code: 'gone' })
    await room.run(deletePostback, { postbackId: postback.id })
    expect(await refusal(call({}))).toMatchObject({ code: 'not_found' })
    expect((await listPostbacks(room.fresh.db, room.context.projectId, {})).items).toEqual([])
  })
})
