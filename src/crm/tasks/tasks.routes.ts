import type { Database } from '../../platform/database/database.ts'
import { readOperator } from '../../team/read-operator.ts'
import { type Route, route } from '../../team/route.ts'
import { createTask } from './create-task.ts'
import { deleteTask } from './delete-task.ts'
import { getTask } from './get-task.ts'
import { linkOperator } from './link-operator.ts'
import { listNotices } from './notices.store.ts'
import { readNotice } from './read-notice.ts'
import { taskView } from './task.ts'
import * as calls from './tasks.schemas.ts'
import { listTasks } from './tasks.store.ts'
import { updateTask } from './update-task.ts'

/** The calls about tasks and about what operators are told. */
export function tasksRoutes({ db }: { db: Database }): Route[] {
  return [
    route(calls.getTasks, async ({ context, query }) => {
      const { items, nextCursor } = await listTasks(db, context.projectId, context.now, query)
      return { items: items.map((task) => taskView(task, context.now)), nextCursor }
    }),
    route(calls.postTask, async ({ context, body }) =>
      taskView(await db.transaction((tx) => createTask(tx, context, body)), context.now),
    ),
    route(calls.getTaskById, async ({ context, params }) =>
      taskView(await getTask(db, context.projectId, params.id), context.now),
    ),
    route(calls.patchTask, async ({ context, params, body }) =>
      taskView(await db.transaction((tx) => updateTask(tx, context, { ...body, taskId: params.id })), context.now),
    ),
    route(calls.removeTask, ({ context, params }) =>
      db.transaction((tx) => deleteTask(tx, context, { taskId: params.id })),
    ),

    route(calls.getNotices, async ({ context, params, query }) => {
      const { id: operatorId } = await readOperator(db, context.projectId, params.id)
      return listNotices(db, context.projectId, { ...query, operatorId })
    }),
    route(calls.postNoticeRead, ({ context, params }) =>
      db.transaction((tx) => readNotice(tx, context, { noticeId: params.id })),
    ),
    route(calls.putOperatorContact, async ({ context, params, body }) => {
      const { id, contactId } = await db.transaction((tx) =>
        linkOperator(tx, context, { operatorId: params.id, contactId: body.contactId }),
      )
      return { operatorId: id, contactId }
    }),
  ]
}
