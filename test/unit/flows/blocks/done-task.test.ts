import { describe, expect, it } from 'vitest'
import { doneTask } from '../../../../src/flows/blocks/done-task.ts'
import { AppError } from '../../../../src/platform/errors.ts'
import { stepper } from './step.ts'

describe('done-task', () => {
  it('ends the task that create-task keeps', async () => {
    const block = stepper(doneTask, {}, { scope: { run: { task_id: 12 } } })
    expect(await block.execute()).toEqual({ do: 'next', output: 'next' })
    expect(block.taken).toEqual([['doneTask', 12]])
  })

  it('ends a chosen one', async () => {
    const block = stepper(doneTask, { task: ' {{ contact.task }} ' }, { scope: { contact: { task: '7' } } })
    await block.execute()
    expect(block.taken).toEqual([['doneTask', 7]])
  })

  it.each(['', 'seven', '-1', '0', '1.5'])('fails where its number comes out as "%s"', async (task) => {
    const block = stepper(doneTask, {}, { scope: { run: { task_id: task } } })
    await expect(block.execute()).rejects.toThrow(`The option "task" came out as "${task}"`)
  })

  it('fails when there is no such task', async () => {
    const broken = { doneTask: new AppError('not_found', 'There is no task 9') }
    await expect(stepper(doneTask, { task: '9' }, { broken }).execute()).rejects.toThrow('There is no task 9')
  })
})
