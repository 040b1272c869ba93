import { expect } from 'vitest'
import { type Case, changesOf, type House, type Seen } from './house.ts'

export const asTwin = ({ twin }: House) => ({ contactId: twin })
export const stays = async (seen: Seen) => expect(await changesOf(seen)).toEqual([])
export const order = ({ row }: Seen, id: number) =>
  row(
    `select d.name, d.budget::float8 as budget, d.description, d.status, d.variables, s.name as stage from deals d
       join stages s on s.id = d.stage_id where d.id = $1`,
    id,
  )
/** The open order is, in part, like this afterwards. */
export const open = (like: object) => async (seen: Seen) =>
  expect(await order(seen, seen.house.openOrder)).toMatchObject(like)
export const won = (like: object) => async (seen: Seen) =>
  expect(await order(seen, seen.house.wonOrder)).toMatchObject(like)
/** The order that was made last, with its client. */
export const made =
  (like: object) =>
  async ({ row }: Seen) =>
    expect(
      await row(
        `select d.name, d.budget::float8 as budget, d.description, s.name as stage, c.first_name as client, c.phone, c.email, d.conversation_id
         from deals d join stages s on s.id = d.stage_id join contacts c on c.id = d.contact_id order by d.id desc limit 1`,
      ),
    ).toMatchObject(like)

export const changing = (script: (order: string) => string, like: object): Case[] => [
  { it: 'changes the current order', script: script(''), gives: true, after: open(like) },
  { it: 'takes a number', script: ({ wonOrder }) => script(String(wonOrder)), gives: true, after: won(like) },
  { it: 'takes a text', script: ({ wonOrder }) => script(`"${wonOrder}"`), gives: true, after: won(like) },
  {
    it: 'takes the order with its client',
    script: ({ ivan, wonOrder }) => script(`"${ivan}-${wonOrder}"`),
    gives: true,
    after: won(like),
  },
  { it: 'is False without a current order', script: script(''), as: asTwin, gives: false, after: stays },
  { it: 'is False for an unknown order', script: script('999'), gives: false, after: stays },
  { it: 'is False for what is no number', script: script('"x"'), gives: false, after: stays },
]
export const after = (first: string) => (order: string) => (order ? `${first}, ${order})` : `${first})`)
export const only = (name: string) => (order: string) => `${name}(${order})`
/** With the order as the first of several arguments; None stands for the current one. */
export const first = (name: string, rest: string) => (order: string) => `${name}(${order || 'None'}, ${rest})`
