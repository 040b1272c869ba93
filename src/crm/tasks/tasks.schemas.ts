import { z } from 'zod'
import { operation } from '../../platform/http/operation.ts'
import {
  flagSchema,
  idParams,
  idSchema,
  momentSchema,
  nullableMomentSchema,
  pageOf,
  pageQuery,
} from '../../platform/http/schemas.ts'
import { newTaskSchema } from './create-task.ts'
import { taskStatuses } from './task.ts'
import { taskUpdateSchema } from './update-task.ts'

export const taskSchema = z
  .object({
    id: z.int(),
    name: z.string(),
    description: z.string().nullable(),
    responsibleId: z.int().nullable(),
    contactId: z.int().nullable(),
    dealId: z.int().nullable(),
    dueAt: nullableMomentSchema,
    status: z.enum(taskStatuses),
    overdue: z.boolean().describe('It is open and was to be done by now.'),
    reminders: z.array(z.int()).describe('How many minutes before it is due the operator is reminded.'),
    closedAt: nullableMomentSchema.describe('When it was done or cancelled.'),
    createdAt: momentSchema,
    updatedAt: momentSchema,
  })
  .meta({ id: 'Task' })

const noticeSchema = z
  .object({
    id: z.int(),
    operatorId: z.int(),
    kind: z.enum(['task.reminder', 'integration', 'webhook', 'postback']),
    text: z.string(),
    taskId: z.int().nullable(),
    contactId: z.int().nullable(),
    dealId: z.int().nullable(),
    messageId: z.int().nullable().describe("The message that brought it to the operator's messenger, if one did."),
    createdAt: momentSchema,
    readAt: nullableMomentSchema,
  })
  .meta({ id: 'OperatorNotice' })

const tasks = { tag: 'tasks' } as const
const moment = z.iso
  .datetime({ offset: true, error: 'expected a moment such as 2026-11-30T18:00:00+03:00' })
  .transform((text) => new Date(text))
  .meta({ type: 'string', format: 'date-time' })

export const getTasks = operation({
  ...tasks,
  id: 'listTasks',
  method: 'get',
  path: '/tasks',
  summary: 'Lists tasks, the newest first or by the moment they are due',
  access: 'read',
  query: pageQuery.extend({
    responsibleId: idSchema.optional(),
    contactId: idSchema.optional(),
    dealId: idSchema.optional(),
    status: z.enum(taskStatuses).optional(),
    dueFrom: moment.optional().describe('Due at this moment or later.'),
    dueBefore: moment.optional().describe('Due before this moment.'),
    overdue: flagSchema.optional(),
    sort: z
      .enum(['created', 'due'])
      .default('created')
      .describe('`due`: what is due first comes first, what has no moment last.'),
  }),
  answer: pageOf(taskSchema),
})

export const postTask = operation({
  ...tasks,
  id: 'createTask',
  method: 'post',
  path: '/tasks',
  summary: 'Makes a task',
  description: 'The operator is reminded when it is due, unless `reminders` say otherwise.',
  access: 'write',
  body: newTaskSchema,
  answer: taskSchema,
  status: 201,
})

export const getTaskById = operation({
  ...tasks,
  id: 'readTask',
  method: 'get',
  path: '/tasks/{id}',
  summary: 'Reads a task',
  access: 'read',
  params: idParams,
  answer: taskSchema,
})

export const patchTask = operation({
  ...tasks,
  id: 'updateTask',
  method: 'patch',
  path: '/tasks/{id}',
  summary: 'Changes what is given of a task: its status too',
  access: 'write',
  params: idParams,
  body: taskUpdateSchema,
  answer: taskSchema,
})

export const removeTask = operation({
  ...tasks,
  id: 'deleteTask',
  method: 'delete',
  path: '/tasks/{id}',
  summary: 'Removes a task with its reminders',
  access: 'write',
  params: idParams,
})

export const getNotices = operation({
  ...tasks,
  id: 'listNotices',
  method: 'get',
  path: '/operators/{id}/notices',
  summary: 'Lists what an operator was told, the newest first',
  access: 'read',
  params: idParams,
  query: pageQuery.extend({ unread: flagSchema.optional() }),
  answer: pageOf(noticeSchema),
})

export const postNoticeRead = operation({
  ...tasks,
  id: 'readNotice',
  method: 'post',
  path: '/notices/{id}/read',
  summary: 'Notes that an operator has read a notice',
  access: 'write',
  params: idParams,
  answer: noticeSchema,
})

export const putOperatorContact = operation({
  ...tasks,
  id: 'linkOperator',
  method: 'put',
  path: '/operators/{id}/contact',
  summary: 'Tells which contact an operator is as a person',
  description: 'Reminders then also come as messages in the conversation where that contact wrote last.',
  access: 'admin',
  params: idParams,
  body: z.strictObject({ contactId: z.int().nullable() }),
  answer: z.object({ operatorId: z.int(), contactId: z.int().nullable() }),
})
