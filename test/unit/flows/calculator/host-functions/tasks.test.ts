import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { taskFunctions } from '../../../../../src/flows/calculator/host-functions/tasks.ts'
import { type Case, changesOf, type House, openHouse, play, type Seen, withoutCases } from './house.ts'

let house: House
beforeAll(async () => {
  house = await openHouse()
})
afterAll(() => house.fresh.drop())

const newest = ({ row }: Seen) =>
  row(
    `select t.name, t.description, (extract(epoch from t.due_at) * 1000)::float8 as due_at, t.status, t.contact_id, t.deal_id, o.email from tasks t
       left join operators o on o.id = t.responsible_id order by t.id desc limit 1`,
  )
const stays = (seen: Seen) => changesOf(seen).then((kinds) => expect(kinds).toEqual([]))

const cases: Record<string, Case[]> = {
  create_task: [
    {
      it: 'makes a task of the client and the current order',
      script: "create_task('anna@shop.example', 'Test', '22.01.2027', 'test task', '08:00')",
      after: async (seen) =>
        expect(await newest(seen)).toEqual({
          name: 'Test',
          description: 'test task',
          due_at: Date.parse('2027-01-22T05:00:00Z'),
          status: 'open',
          contact_id: seen.house.ivan,
          deal_id: seen.house.openOrder,
          email: 'anna@shop.example',
        }),
    },
    {
      it: 'gives its number',
      script: "create_task('anna@shop.example', 'Test') > 0",
      gives: true,
      after: async (seen) =>
        expect(await newest(seen)).toMatchObject({ name: 'Test', description: null, due_at: null }),
    },
    {
      it: 'means the last minute of a day without a time',
      script: "create_task('anna@shop.example', 'Test', '22.01.2027')",
      after: async (seen) => expect(await newest(seen)).toMatchObject({ due_at: Date.parse('2027-01-22T20:59:00Z') }),
    },
    {
      it: 'means today for a time without a day',
      script: "create_task('anna@shop.example', 'Test', time_srok='18:30')",
      after: async (seen) => expect(await newest(seen)).toMatchObject({ due_at: Date.parse('2026-11-02T15:30:00Z') }),
    },
    {
      it: 'is of whoever has the order when there is no e-mail',
      script: "assign_to_user('boris@shop.example') create_task('', 'Test') > 0",
      gives: true,
      after: async (seen) => expect(await newest(seen)).toMatchObject({ email: 'boris@shop.example' }),
    },
    {
      it: 'is of nobody where nobody is responsible',
      script: "create_task('', 'Test') > 0",
      gives: true,
      after: async (seen) => expect(await newest(seen)).toMatchObject({ email: null }),
    },
    {
      it: 'is None for an unknown operator',
      script: "create_task('x@shop.example', 'Test')",
      gives: null,
      after: stays,
    },
    { it: 'is None without a name', script: "create_task('anna@shop.example', ' ')", gives: null, after: stays },
    {
      it: 'is None for no date',
      script: "create_task('anna@shop.example', 'Test', 'soon')",
      gives: null,
      after: stays,
    },
    {
      it: 'is None for no time',
      script: "create_task('anna@shop.example', 'Test', '22.01.2027', '', '25:00')",
      gives: null,
      after: stays,
    },
    {
      it: 'goes together with other statements on one line',
      script:
        "task_id=create_task('anna@shop.example', 'Test', '22.01.2027', 'test task', '08:00') status=delete_task(task_id)",
      gives: true,
      after: async (seen) => expect(await changesOf(seen)).toEqual(['task.created', 'task.deleted']),
    },
  ],
  update_task: [
    {
      it: 'changes everything that is given',
      script: ({ task }) => `update_task(${task}, 'boris@shop.example', 'Visit', '01.02.2027', 'At noon', '12:00')`,
      gives: true,
      after: async (seen) =>
        expect(await newest(seen)).toMatchObject({
          name: 'Visit',
          description: 'At noon',
          due_at: Date.parse('2027-02-01T09:00:00Z'),
          email: 'boris@shop.example',
        }),
    },
    {
      it: 'leaves what is empty or absent',
      script: ({ task }) => `update_task("${task}", '', '', '', 'At noon')`,
      gives: true,
      after: async (seen) =>
        expect(await newest(seen)).toMatchObject({
          name: 'Call',
          description: 'At noon',
          due_at: null,
          email: 'anna@shop.example',
        }),
    },
    { it: 'is False for an unknown task', script: "update_task(999, name='Visit')", gives: false, after: stays },
    { it: 'is False for what is no number', script: "update_task('x', name='Visit')", gives: false, after: stays },
    {
      it: 'is False for an unknown operator',
      script: ({ task }) => `update_task(${task}, 'x@shop.example', 'Visit')`,
      gives: false,
      after: stays,
    },
    {
      it: 'is False for no date',
      script: ({ task }) => `update_task(${task}, date_srok='soon')`,
      gives: false,
      after: stays,
    },
  ],
  done_task: [
    {
      it: 'notes that it was done',
      script: ({ task }) => `done_task(${task}) done_task(${task})`,
      gives: true,
      after: async (seen) => {
        expect(await newest(seen)).toMatchObject({ status: 'done' })
        expect(await changesOf(seen)).toEqual(['task.done'])
      },
    },
    { it: 'is False for an unknown task', script: 'done_task(999)', gives: false, after: stays },
    { it: 'is False for None', script: 'done_task(create_task("x@shop.example", "Test"))', gives: false, after: stays },
  ],
  delete_task: [
    {
      it: 'removes it',
      script: ({ task }) => `delete_task("${task}")`,
      gives: true,
      after: async (seen) => expect(await newest(seen)).toBeUndefined(),
    },
    { it: 'is False for an unknown task', script: 'delete_task(999)', gives: false, after: stays },
    { it: 'is False the second time', script: ({ task }) => `delete_task(${task}) delete_task(${task})`, gives: false },
  ],
}

it('covers every function for tasks', () => {
  expect(withoutCases(taskFunctions, cases)).toEqual([])
})

describe.each(Object.entries(cases))('%s', (_name, list) => {
  it.each(list.map((one): [string, Case] => [one.it, one]))('%s', (_it, one) => play(house, one))
})
