import type { Tx } from '../../platform/database/database.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { insertNotice } from '../tasks/notices.store.ts'
import type { NoticeKind } from '../tasks/tasks.table.ts'
import { operatorsToTell } from './told-operators.store.ts'

/**
 * Tells those who run the project (its owners and admins; everybody where there are none) of something that wants a person: each gets a
 * notice at once, and a message where the operator is linked to a contact that we can write to. The messages follow the log of changes
 * (`sendNotices`), so no thread is locked here.
 */
export async function tellOperators(
  tx: Tx,
  context: WorkContext,
  { kind, text }: { kind: Exclude<NoticeKind, 'task.reminder'>; text: string },
): Promise<void> {
  for (const operatorId of await operatorsToTell(tx, context.projectId)) {
    const notice = await insertNotice(tx, {
      projectId: context.projectId,
      operatorId,
      kind,
      text,
      createdAt: context.now,
    })
    await recordWork(tx, context, 'operator.notified', {}, { noticeId: notice.id, operatorId, kind, text })
  }
}
