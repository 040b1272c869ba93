import type { Contact } from '../../../../src/contacts/contact.ts'
import type { AttributeType, AttributeValue } from '../../../../src/contacts/contacts.table.ts'
import type { Deal, DealPlace } from '../../../../src/crm/deal.ts'
import type { CrmField, CrmLists } from '../../../../src/sync/crm.ts'
import { type CrmMapping, crmMappingSchema, type Direction } from '../../../../src/sync/mapping/mapping.ts'
import type { MappedIntegration, OurSide } from '../../../../src/sync/mapping/our-side.ts'
import type { Subject } from '../../../../src/sync/mapping/our-values.ts'

const now = new Date('2026-11-02T09:00:00Z')

/** A project of Moscow with these attributes, two pipelines and three operators. */
export function madeUpSide(
  attributes: { name: string; type: AttributeType; choices?: string[]; title?: string }[] = [],
): OurSide {
  return {
    locale: { country: 'RU', timeZone: 'Europe/Moscow' },
    attributes: attributes.map(({ name, type, choices, title }, index) => ({
      id: index + 1,
      projectId: 1,
      name,
      title: title ?? name,
      type,
      choices: choices ?? null,
      createdAt: now,
    })),
    places: [
      ...stages('Moscow', 1, 'Sales', ['Unprocessed', 'Talks', 'Won', 'Lost', 'Archive']),
      ...stages('Moscow', 2, 'Service', ['Unprocessed', 'Booked', 'Won', 'Lost', 'Archive']),
    ],
    operators: [
      { id: 1, name: 'Olga', email: 'Olga@example.com' },
      { id: 2, name: 'Peter Seller', email: null },
      { id: 3, name: 'Ivan', email: 'ivan@example.com' },
    ],
  }
}

function stages(spot: string, id: number, pipeline: string, names: string[]): DealPlace[] {
  const types = ['unprocessed', 'open', 'won', 'lost', 'archive'] as const
  return names.map((name, index) => ({
    spot: { id: 1, name: spot },
    pipeline: { id, name: pipeline },
    stage: { id: id * 10 + index, name, type: types[index]! },
  }))
}

/** An account with what most CRMs have, and these fields besides. */
export function madeUpLists(fields: { contact?: CrmField[]; deal?: CrmField[] } = {}): CrmLists {
  return {
    pipelines: [
      {
        id: '7',
        name: 'sales',
        stages: [
          { id: '71', name: 'Incoming', type: 'open' },
          { id: '72', name: 'Talks', type: 'open' },
          { id: '142', name: 'Sold', type: 'won' },
          { id: '143', name: 'Gone', type: 'lost' },
        ],
      },
    ],
    users: [
      { id: 'u1', name: 'Olga Manager', email: 'olga@example.com' },
      { id: 'u2', name: 'peter seller' },
    ],
    fields: {
      contact: [
        { key: 'name', title: 'Name', type: 'text' },
        { key: 'first_name', title: 'First name', type: 'text' },
        { key: 'last_name', title: 'Last name', type: 'text' },
        { key: 'phone', title: 'Phone', type: 'phone', multiple: true, variants: ['WORK', 'MOB'] },
        { key: 'email', title: 'E-mail', type: 'email', multiple: true, variants: ['WORK', 'PRIV'] },
        ...(fields.contact ?? []),
      ],
      deal: [
        { key: 'name', title: 'Name', type: 'text' },
        { key: 'budget', title: 'Budget', type: 'number', whole: true },
        ...(fields.deal ?? []),
      ],
    },
  }
}

type Short = [ours: string, theirs: string, direction?: Direction][]

/** A mapping of these fields. */
export function mappingOf({
  contact = [],
  deal = [],
  ...rest
}: { contact?: Short; deal?: Short } & Partial<Omit<CrmMapping, 'contact' | 'deal'>>): CrmMapping {
  const long = (short: Short) =>
    short.map(([ours, theirs, direction]) => ({ ours, theirs, ...(direction && { direction }) }))
  return crmMappingSchema.parse({ ...rest, contact: long(contact), deal: long(deal) })
}

export function mapped(mapping: CrmMapping, lists: CrmLists = madeUpLists()): MappedIntegration {
  return { projectId: 1, mapping, lists }
}

export function contactSubject(
  fields: Partial<Contact> & { attributes?: Record<string, AttributeValue> },
  identities: { kind: string; value: string }[] = [],
): Subject & { entity: 'contact' } {
  const nothing = {
    firstName: null,
    lastName: null,
    username: null,
    phone: null,
    email: null,
    country: null,
    language: null,
    timeZone: null,
    trafficSource: null,
    picture: null,
    responsibleId: null,
    blockedUntil: null,
    blockedReason: null,
    blockedById: null,
    blockedAt: null,
    mergedIntoId: null,
    lastActivityAt: null,
  }
  const others = { id: 5, projectId: 1, attributes: {}, labels: [], setByHand: [], blockedMessages: 0 }
  return {
    entity: 'contact',
    contact: { ...nothing, ...others, createdAt: now, updatedAt: now, ...fields },
    identities,
  }
}

export function dealSubject(fields: Partial<Deal>, place: DealPlace): Subject & { entity: 'deal' } {
  const deal: Deal = {
    id: 9,
    projectId: 1,
    number: 1,
    name: 'A car',
    budget: null,
    currency: null,
    description: null,
    variables: {},
    contactId: 5,
    conversationId: null,
    sendingChannelId: null,
    pipelineId: place.pipeline.id,
    stageId: place.stage.id,
    responsibleId: null,
    status: 'active',
    statusSince: now,
    manual: false,
    version: 1,
    createdAt: now,
    updatedAt: now,
    ...fields,
  }
  return { entity: 'deal', deal, place }
}
