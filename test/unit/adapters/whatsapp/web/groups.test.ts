import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { GroupProgress, GroupRequest } from '../../../../../src/conversations/abilities.ts'
import { png } from './file-server.ts'
import { type SharedBrowser, type SharedChannel, shareBrowser } from './shared-browser.ts'
import { hasChromium, people } from './web-channel.ts'

const invited = (name: string, role: 'client' | 'manager' | 'bot', kind?: string, value?: string) => ({
  role,
  name,
  identities: kind !== undefined && value !== undefined ? [{ kind, value }] : [],
})

describe.skipIf(!hasChromium)('groups that a WhatsApp account makes', () => {
  let browser: SharedBrowser
  let channel: SharedChannel
  let saved: GroupProgress[] = []
  const save = async (progress: GroupProgress) => void saved.push(structuredClone(progress))
  const create = (request: GroupRequest, progress: GroupProgress = { people: {} }) =>
    channel.adapter.groups!.createGroup(request, progress, save)
  const done = async (what: string) => (await browser.record()).done.filter((deed) => deed.what === what)

  beforeAll(async () => {
    browser = await shareBrowser()
  })
  beforeEach(async () => {
    saved = []
    channel = await browser.open()
  })
  afterEach(async () => {
    await channel.adapter.close()
    expect((await browser.record()).refused).toEqual([])
  })
  afterAll(() => browser?.close())

  test('brings people in, says who could not be and why, and gives the link, description, picture and admins', async () => {
    const { kept } = await channel.context.files.keep(png, { mime: 'image/png', maxBytes: 1000 })
    const made = await create({
      title: 'Order 7, Ann',
      description: 'A test drive',
      picture: kept,
      people: [
        invited('Cid', 'client', 'phone', '+12015550126'),
        invited('Ann', 'manager', 'whatsapp', '12015550124'),
        invited('Eve', 'client', 'phone', '+12015550128'),
        invited('Fay', 'client', 'telegram', '42'),
        invited('We', 'bot', 'whatsapp', '12015550123'),
        invited('Dan', 'client', 'whatsapp_lid', '7700000000127'),
        invited('Bob', 'client', 'whatsapp_lid', '7700000000125'),
      ],
    })
    expect(made).toEqual({
      thread: expect.stringMatching(/^\d+@g\.us$/),
      title: 'Order 7, Ann',
      link: expect.stringMatching(/^https:\/\/chat\.whatsapp\.com\/Stub\d+$/),
      people: {
        0: { added: false, why: expect.stringMatching(/nobody add them/) },
        1: { added: true, admin: true },
        2: { added: false, why: expect.stringMatching(/no WhatsApp/) },
        3: { added: false, why: expect.stringMatching(/Fay has neither/) },
        4: { added: true, admin: true },
        5: { added: true },
        6: { added: false, why: expect.stringMatching(/number of Bob/) },
      },
    })
    const chat = made.thread
    expect(await done('group')).toMatchObject([{ id: chat, people: [people.cid.pn, people.ann.pn, people.dan.pn] }])
    expect(await done('description')).toEqual([{ what: 'description', chat, description: 'A test drive' }])
    expect(await done('picture')).toEqual([{ what: 'picture', chat }])
    expect(await done('promote')).toEqual([{ what: 'promote', chat, people: [people.ann.pn] }])
    expect(saved.at(-1)).toMatchObject({ thread: chat, described: true, pictured: true, link: made.link })
  })

  test('going on from the saved progress makes no second group and does nothing twice', async () => {
    const request = {
      title: 'Order 8',
      description: 'Once',
      people: [invited('Ann', 'manager', 'whatsapp', '12015550124'), invited('Dan', 'client', 'phone', '+12015550127')],
    }
    const made = await create(request)
    const before = (await browser.record()).done.length
    expect(await create(request, saved.at(-1))).toEqual(made)
    expect((await browser.record()).done).toHaveLength(before)
    const [withThread] = saved.filter(({ thread }) => thread !== undefined)
    expect(withThread).toMatchObject({ people: { 0: { added: true }, 1: { added: true } } })
  })

  test('a group that was made without our hearing of it is found again, and the people are asked for one by one', async () => {
    const request = {
      title: 'Order 9',
      people: [invited('Ann', 'client', 'phone', '+12015550124'), invited('Cid', 'client', 'phone', '+12015550126')],
    }
    // The page tells the machine's own time.
    channel.clock.advance(Date.now() - channel.clock.now().getTime())
    await browser.stub('fault', 'group_unheard')
    await expect(create(request)).rejects.toMatchObject({ code: 'unavailable', retryable: true })
    expect(saved.at(-1)?.thread).toBeUndefined()
    const made = await create(request, saved.at(-1))
    const groups = (await done('group')).filter(({ title }) => title === 'Order 9')
    expect(groups).toMatchObject([{ id: made.thread }])
    expect(made.people).toEqual({
      0: { added: true },
      1: { added: false, why: expect.stringMatching(/nobody add them/) },
    })
  })

  test('a refusal of WhatsApp is told, and may be tried again', async () => {
    await browser.stub('fault', 'group_refused')
    const attempt = create({ title: 'Order 10', people: [invited('Ann', 'client', 'phone', '+12015550124')] })
    await expect(attempt).rejects.toMatchObject({ code: 'unavailable', message: /CreateGroupError/ })
    await expect(create({ title: ' ', people: [] })).rejects.toMatchObject({
      code: 'invalid',
      message: /title is empty/,
    })
  })
})
