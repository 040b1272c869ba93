import { randomUUID } from 'node:crypto'
import { attachIdentities, insertContact } from '../../../../src/contacts/contacts.store.ts'
import { createAttribute } from '../../../../src/contacts/create-attribute.ts'
import type { ContactsView } from '../../../../src/contacts/filters/choose-contacts.store.ts'
import type { FilterGroup } from '../../../../src/contacts/filters/filter.ts'
import { listContacts } from '../../../../src/contacts/filters/list-contacts.store.ts'
import { channels, conversations } from '../../../../src/conversations/conversations.table.ts'
import { createDeal } from '../../../../src/crm/create-deal.ts'
import { createPipeline } from '../../../../src/crm/create-pipeline.ts'
import { createSpot } from '../../../../src/crm/create-spot.ts'
import { filterFields } from '../../../../src/gateway/filter-fields.ts'
import type { Database, Tx } from '../../../../src/platform/database/database.ts'
import type { WorkContext } from '../../../../src/team/context.ts'
import { operators } from '../../../../src/team/team.table.ts'

/** A project in Moscow whose contacts differ in everything that filters ask about. Numbers are told by names. */
export interface People {
  view: ContactsView
  ids: Record<string, number>
}

/** Anna has everything, Boris other things, Pyotr little, and Nobody nothing but a number. */
export async function makePeople(db: Database, work: WorkContext): Promise<People> {
  const ids: Record<string, number> = {}
  const at = (iso: string) => new Date(iso)
  await db.transaction(async (tx) => {
    await defineAttributes(tx, work)
    const { projectId } = work
    const [oleg] = await tx.orm
      .insert(operators)
      .values({ projectId, name: 'Oleg', role: 'manager', onShift: true, createdAt: work.now })
      .returning()
    ids.oleg = oleg!.id
    const anna = await insertContact(tx, {
      projectId,
      firstName: 'Анна',
      lastName: 'Каренина',
      username: 'anna_k',
      phone: '+79161234567',
      email: 'anna@example.com',
      labels: ['vip', 'new'],
      responsibleId: oleg!.id,
      attributes: {
        city: 'Нижний  Новгород',
        budget: 1500.5,
        birthday: '1990-05-31',
        visit: '2026-11-01T21:30:00.000Z',
        colour: 'red',
        extras: ['abs', 'roof'],
        loyal: true,
        office: '+79031112233',
        second: 'anna@second.ru',
        page: 'https://example.com/anna',
      },
      blockedUntil: at('2026-12-01T00:00:00Z'),
      // The third of October in Moscow, the second in UTC.
      createdAt: at('2026-10-02T21:30:00Z'),
      updatedAt: work.now,
      lastActivityAt: at('2026-11-02T08:00:00Z'),
    })
    const boris = await insertContact(tx, {
      projectId,
      firstName: 'Boris',
      lastName: "O'Hara; --",
      username: 'Boris%100',
      phone: '+4930123456',
      email: 'boris@example.org',
      labels: ['new'],
      attributes: {
        city: 'Moscow',
        budget: -3,
        birthday: '1985-01-01',
        visit: '2026-10-01T10:00:00.000Z',
        colour: 'blue',
        extras: ['abs'],
        loyal: false,
        office: '+79039998877',
        second: 'boris@second.ru',
        page: 'https://example.org/boris',
      },
      blockedUntil: at('2026-11-01T00:00:00Z'),
      createdAt: at('2026-10-20T12:00:00Z'),
      updatedAt: work.now,
      lastActivityAt: at('2026-10-20T12:00:00Z'),
    })
    const pyotr = await insertContact(tx, {
      projectId,
      firstName: 'Пётр',
      createdAt: at('2026-11-01T00:00:00Z'),
      updatedAt: work.now,
    })
    const nobody = await insertContact(tx, { projectId, createdAt: work.now, updatedAt: work.now })
    Object.assign(ids, { anna: anna.id, boris: boris.id, pyotr: pyotr.id, nobody: nobody.id })
    await attachIdentities(tx, { projectId, contactId: anna.id, now: work.now }, [
      { kind: 'phone', value: '+79265550011' },
      { kind: 'email', value: 'karenina@work.ru' },
      { kind: 'telegram', value: '777123' },
    ])
    const twin = { ...anna, id: undefined, mergedIntoId: boris.id }
    await insertContact(tx, twin)
    await placeInFunnel(tx, work, ids)
    await placeInChannels(tx, work, ids)
  })
  return { view: { projectId: work.projectId, now: work.now, further: filterFields }, ids }
}

/** First names of the contacts that a filter chooses, in the order of their numbers; Nobody has none. */
export async function namesOf(db: Database, { view }: People, filter: FilterGroup): Promise<string[]> {
  const { items } = await listContacts(db, view, { filter, sort: 'id' })
  return items.map((contact) => contact.firstName ?? 'Nobody')
}

async function defineAttributes(tx: Tx, work: WorkContext): Promise<void> {
  const define = (name: string, type: Parameters<typeof createAttribute>[2]['type'], choices?: string[]) =>
    createAttribute(tx, work, { name, type, choices })
  await define('city', 'text')
  await define('budget', 'number')
  await define('birthday', 'date')
  await define('visit', 'datetime')
  await define('colour', 'choice', ['red', 'blue', 'Red'])
  await define('extras', 'choices', ['abs', 'roof', 'hook'])
  await define('loyal', 'boolean')
  await define('office', 'phone')
  await define('second', 'email')
  await define('page', 'link')
}

async function placeInFunnel(tx: Tx, work: WorkContext, ids: Record<string, number>): Promise<void> {
  const spot = await createSpot(tx, work, { name: 'Shop' })
  const { stages } = await createPipeline(tx, work, {
    spotId: spot.id,
    name: 'Sales',
    stages: [
      { name: 'Talk', type: 'open', color: '#00ff00' },
      { name: 'Offer', type: 'open', color: '#0000ff' },
    ],
  })
  for (const stage of stages) ids[stage.name] = stage.id
  await createDeal(tx, work, { contactId: ids.anna!, stage: 'Talk', name: 'Car' })
  await createDeal(tx, work, { contactId: ids.anna!, stage: 'Offer', name: 'Wheels' })
  await createDeal(tx, work, { contactId: ids.boris!, stage: 'Offer', name: 'Car' })
}

async function placeInChannels(tx: Tx, work: WorkContext, ids: Record<string, number>): Promise<void> {
  for (const [channel, people] of Object.entries({ site: ['anna', 'boris'], bot: ['anna'] })) {
    const [made] = await tx.orm
      .insert(channels)
      .values({
        projectId: work.projectId,
        kind: 'webchat',
        name: channel,
        settings: {},
        hookId: randomUUID(),
        enabled: true,
        createdAt: work.now,
        updatedAt: work.now,
      })
      .returning()
    ids[channel] = made!.id
    for (const person of people) {
      await tx.orm.insert(conversations).values({
        projectId: work.projectId,
        channelId: made!.id,
        kind: 'direct',
        contactId: ids[person]!,
        mode: 'bot',
        createdAt: work.now,
      })
    }
  }
}
