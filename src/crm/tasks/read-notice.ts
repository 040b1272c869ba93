import type { Tx } from '../../platform/database/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { WorkContext } from '../../team/context.ts'
import { recordWork } from '../../team/record-work.ts'
import { lockNotice, updateNoticeRow } from './notices.store.ts'
import type { OperatorNotice } from './task.ts'

/** Notes that an operator has read a notice; the first time counts. Throws `not_found`. */
export async function readNotice(tx: Tx, context: WorkContext, input: { noticeId: number }): Promise<OperatorNotice> {
  const notice = await lockNotice(tx, context.projectId, input.noticeId)
  if (!notice) throw new AppError('not_found', `There is no notice ${input.noticeId} in this project.`)
  if (notice.readAt) return notice
  const { id, operatorId, contactId, dealId } = notice
  await recordWork(tx, context, 'operator.notice_read', { contactId, dealId }, { noticeId: id, operatorId })
  return updateNoticeRow(tx, id, { readAt: context.now })
}
