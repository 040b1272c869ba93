import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blockContact } from '../../../../../src/contacts/block-contact.ts'
import { clientFunctions } from '../../../../../src/flows/calculator/host-functions/clients.ts'
import type { Tx } from '../../../../../src/platform/database/database.ts'
import { type Case, changesOf, type House, now, openHouse, play, type Seen, withoutCases } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.fresh.drop())

const wroteAgo = (days: number) => (tx: Tx) =>
  tx.query('update conversations set last_inbound_at = $1::timestamptz', [
    new Date(now.getTime() - days * 86_400_000).toISOString(),
  ])
const pended =
  (...ids: number[]) =>
  (seen: Seen) =>
    expect(seen.context.runs.find(({ run }) => run.id === 502)!.run.branches.map((branch) => branch.id)).toEqual(ids)
const contact = (seen: Seen) => seen.row('select * from contacts where id = $1', seen.house.ivan)

const cases: Record<string, Case[]> = {
  was_in_state: [
    { it: 'knows a block of an earlier run by its number', script: 'was_in_state(1)', gives: true },
    { it: 'takes the number as a text', script: 'was_in_state("1")', gives: true },
    { it: 'knows where the client never was', script: 'was_in_state(7)', gives: false },
    {
      it: 'is False for a block that there is not',
      script: '[was_in_state(99), was_in_state("x")]',
      gives: [false, false],
    },
    {
      it: 'asks for this client only',
      script: 'was_in_state(1)',
      as: ({ petra }) => ({ contactId: petra }),
      gives: false,
    },
    { it: 'asks for this flow only', script: 'was_in_state(1)', as: () => ({ flowId: undefined }), gives: false },
  ],
  days_from_last_message: [
    { it: 'is 0 within a day', script: 'days_from_last_message()', before: wroteAgo(0.99), gives: 0 },
    { it: 'counts whole days', script: 'days_from_last_message()', before: wroteAgo(2.5), gives: 2 },
    { it: 'counts to 30 days', script: 'days_from_last_message()', before: wroteAgo(30), gives: 30 },
    { it: 'is 9999 after more', script: 'days_from_last_message()', before: wroteAgo(30.01), gives: 9999 },
    {
      it: 'is 9999 for who never wrote',
      script: 'days_from_last_message()',
      as: ({ petra }) => ({ contactId: petra }),
      gives: 9999,
    },
  ],
  delete_pended_messages: [
    { it: 'cancels all', script: 'delete_pended_messages()', gives: true, after: pended(3, 4) },
    { it: 'cancels all when told so', script: 'delete_pended_messages(True)', gives: true, after: pended(3, 4) },
    {
      it: 'keeps those of "do not cancel" arrows',
      script: 'delete_pended_messages(all=False)',
      gives: true,
      after: pended(2, 3, 4),
    },
  ],
  set_note: [
    {
      it: 'writes a note',
      script: 'set_note("Wants #{color}")',
      as: () => ({ variables: { color: 'red' } }),
      gives: true,
      after: async ({ row, house }) =>
        expect(await row('select contact_id, conversation_id, text from notes')).toEqual({
          contact_id: house.ivan,
          conversation_id: house.conversation,
          text: 'Wants red',
        }),
    },
    {
      it: 'writes none for an empty text',
      script: 'set_note("  ")',
      gives: false,
      after: async ({ row }) => expect(await row('select id from notes')).toBeUndefined(),
    },
  ],
  unsubscribe: [
    {
      it: 'takes the client out of the flow and keeps the message back',
      script: 'unsubscribe() unsubscribe()',
      gives: true,
      after: async (seen) => {
        expect(seen.host.silencedBy()).toBe('unsubscribe()')
        expect(await seen.row('select subscribed, blocked_at from subscribers')).toEqual({
          subscribed: false,
          blocked_at: null,
        })
        expect(await changesOf(seen)).toEqual(['flow.unsubscribed'])
      },
    },
  ],
  block_client: [
    {
      it: 'blocks without end, cancels what is pended and keeps the message back',
      script: 'block_client()',
      gives: true,
      after: async (seen) => {
        expect(new Date(String((await contact(seen))?.blocked_until))).toEqual(new Date('9999-12-31T23:59:59Z'))
        expect(seen.context.sender?.blockedUntil).toEqual(new Date('9999-12-31T23:59:59Z'))
        pended(3, 4)(seen)
        expect(seen.host.silencedBy()).toBe('block_client()')
      },
    },
  ],
  unblock_client: [
    {
      it: 'lets the client in again',
      script: 'unblock_client()',
      before: (tx, { work, ivan }) => blockContact(tx, work, { contactId: ivan }),
      gives: true,
      after: async (seen) => expect(await contact(seen)).toMatchObject({ blocked_until: null }),
    },
    { it: 'is True for who is not blocked', script: 'unblock_client()', gives: true },
    {
      it: 'lets the message go again that a block before it kept back',
      script: 'block_client() unblock_client()',
      after: ({ host }) => expect(host.silencedBy()).toBeUndefined(),
    },
    {
      it: 'does not let the message of one who unsubscribed go',
      script: 'unsubscribe() block_client() unblock_client()',
      after: ({ host }) => expect(host.silencedBy()).toBe('unsubscribe()'),
    },
  ],
  set_client_name: [
    {
      it: 'sets first and last name',
      script: 'set_client_name(" Anna Maria  Petrova ")',
      gives: true,
      after: async (seen) =>
        expect(await contact(seen)).toMatchObject({ first_name: 'Anna', last_name: 'Maria Petrova' }),
    },
    {
      it: 'takes the last name away where there is one word',
      script: 'set_client_name("Anna")',
      gives: true,
      after: async (seen) => expect(await contact(seen)).toMatchObject({ first_name: 'Anna', last_name: null }),
    },
    {
      it: 'changes nothing for an empty name',
      script: 'set_client_name("")',
      gives: false,
      after: async (seen) => expect(await changesOf(seen)).toEqual([]),
    },
  ],
  get_bind_clients: [
    { it: 'lists linked cards', script: 'get_bind_clients()', gives: ({ twin }) => [twin] },
    {
      it: 'is empty without links',
      script: 'get_bind_clients()',
      as: ({ petra }) => ({ contactId: petra }),
      gives: [],
    },
  ],
}

it('covers every function for clients', () => {
  expect(withoutCases(clientFunctions, cases)).toEqual([])
})

describe.each(Object.entries(cases))('%s', (_name, list) => {
  it.each(list.map((one): [string, Case] => [one.it, one]))('%s', (_it, one) => play(house, one))
})
