import type { CrmField, CrmLists } from '../../../src/sync/crm.ts'

/** What a fresh account has to choose from: two pipelines, two users, and a field of every type on both sides. */
export function ledgerLists(): CrmLists {
  return {
    pipelines: [
      {
        id: 'sales',
        name: 'Sales',
        stages: [
          { id: 'new', name: 'New', type: 'open' },
          { id: 'talks', name: 'Talks', type: 'open' },
          { id: 'won', name: 'Sold', type: 'won' },
          { id: 'lost', name: 'Lost', type: 'lost' },
        ],
      },
      {
        id: 'service',
        name: 'Service',
        stages: [
          { id: 'new', name: 'Called', type: 'open' },
          { id: 'booked', name: 'Booked', type: 'open' },
          { id: 'won', name: 'Repaired', type: 'won' },
          { id: 'lost', name: 'Gone', type: 'lost' },
        ],
      },
    ],
    users: [
      { id: 'u1', name: 'Olga Manager', email: 'olga@example.com' },
      { id: 'u2', name: 'Peter Seller', email: 'peter@example.com' },
    ],
    fields: {
      contact: [
        { key: 'name', title: 'Name', type: 'text' },
        { key: 'first_name', title: 'First name', type: 'text' },
        { key: 'last_name', title: 'Last name', type: 'text', maxLength: 100 },
        { key: 'responsible', title: 'Responsible', type: 'text' },
        { key: 'phone', title: 'Phone', type: 'phone', multiple: true, variants: ['WORK', 'MOB'] },
        { key: 'email', title: 'E-mail', type: 'email', multiple: true, variants: ['WORK', 'PRIV'] },
        { key: 'city', title: 'City', type: 'text' },
        { key: 'source', title: 'Source', type: 'choice', choices: ['chat', 'phone', 'Выставка'] },
        { key: 'address', title: 'Address', type: 'address' },
        { key: 'birthday', title: 'Birthday', type: 'date' },
        { key: 'seen_at', title: 'Last seen', type: 'datetime', readOnly: true },
      ],
      deal: [
        { key: 'name', title: 'Name', type: 'text' },
        { key: 'budget', title: 'Budget', type: 'number', whole: true },
        { key: 'stage', title: 'Stage', type: 'text' },
        { key: 'responsible', title: 'Responsible', type: 'text' },
        ...fieldsOfEveryType,
      ],
    },
  }
}

const fieldsOfEveryType: CrmField[] = [
  { key: 'model', title: 'Model', type: 'text' },
  { key: 'mileage', title: 'Mileage', type: 'number' },
  { key: 'visit_on', title: 'Visit on', type: 'date' },
  { key: 'visit_at', title: 'Visit at', type: 'datetime' },
  { key: 'colour', title: 'Colour', type: 'choice', choices: ['red', 'blue', 'Зелёный'] },
  { key: 'extras', title: 'Extras', type: 'choices', choices: ['radio', 'hook', 'roof'] },
  { key: 'trade_in', title: 'Trade-in', type: 'boolean' },
  { key: 'call_to', title: 'Call to', type: 'phone' },
  { key: 'invoice_to', title: 'Invoice to', type: 'email' },
  { key: 'advert', title: 'Advert', type: 'link' },
  { key: 'deliver_to', title: 'Deliver to', type: 'address' },
]
