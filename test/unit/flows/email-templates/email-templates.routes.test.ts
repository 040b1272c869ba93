import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { blocks } from '../../../../src/flows/blocks/registry.ts'
import { type FreshDatabase, freshDatabase } from '../../../database.ts'
import { type TestGateway, testGateway } from '../../../gateway.ts'
import { recordedChanges } from '../../../project.ts'

let fresh: FreshDatabase
let gateway: TestGateway
beforeAll(async () => {
  fresh = await freshDatabase()
})
beforeEach(async () => {
  await fresh.clear()
  gateway = await testGateway(fresh.db, { blocks })
})
afterAll(() => fresh.drop())

const make = (body: object) => gateway.call('POST', '/email-templates', body)
const welcome = { name: 'Welcome', subject: 'Hello {{ contact.first_name }}', text: '**Hi**', html: '<p>Hi</p>' }

describe('e-mail templates', () => {
  it('are made, listed, read, changed and removed, each noted in the log of changes', async () => {
    const made = await make(welcome)
    expect(made).toMatchObject({ status: 201, body: welcome })
    await make({ name: 'Empty' })
    const { id } = made.body as { id: number }
    expect((await gateway.call('GET', '/email-templates')).body.items).toMatchObject([
      welcome,
      { name: 'Empty', subject: '', text: '', html: '' },
    ])
    const changed = await gateway.call('PATCH', `/email-templates/${id}`, { subject: 'Hello' })
    expect(changed.body).toMatchObject({ ...welcome, subject: 'Hello' })
    await gateway.call('PATCH', `/email-templates/${id}`, { subject: 'Hello' })
    expect((await gateway.call('GET', `/email-templates/${id}`)).body.subject).toBe('Hello')
    expect((await gateway.call('DELETE', `/email-templates/${id}`)).status).toBe(204)
    expect((await gateway.call('GET', `/email-templates/${id}`)).status).toBe(404)
    expect((await recordedChanges(fresh.db)).filter(({ kind }) => kind.startsWith('email_template.'))).toEqual([
      { kind: 'email_template.created', data: { templateId: id, name: 'Welcome' } },
      { kind: 'email_template.created', data: { templateId: id + 1, name: 'Empty' } },
      {
        kind: 'email_template.updated',
        data: { templateId: id, name: 'Welcome', fields: { subject: [welcome.subject, 'Hello'] } },
      },
      { kind: 'email_template.deleted', data: { templateId: id, name: 'Welcome' } },
    ])
  })

  it('tell every faulty placeholder with its field, at making and at changing', async () => {
    const faulty = { subject: '{{ contact. }}', text: 'a\n{{ contacts.name }}', html: '<p>{{ run.x | upcased }}</p>' }
    const told = [
      { path: 'subject', message: 'line 1, column 11: nothing stands after the dot; expected the name of a field' },
      { path: 'text', message: 'line 2, column 4: unknown name "contacts"; did you mean "contact"?' },
      { path: 'html', message: 'line 1, column 15: unknown filter "upcased"; did you mean "upcase"?' },
    ]
    expect(await make({ name: 'Welcome', ...faulty })).toMatchObject({ status: 400, body: { errors: told } })
    const { id } = (await make(welcome)).body as { id: number }
    const refused = await gateway.call('PATCH', `/email-templates/${id}`, faulty)
    expect(refused).toMatchObject({ status: 400, body: { errors: told } })
    expect((await gateway.call('GET', `/email-templates/${id}`)).body).toMatchObject(welcome)
  })

  it('keep their names apart', async () => {
    const { id } = (await make(welcome)).body as { id: number }
    expect(await make(welcome)).toMatchObject({
      status: 409,
      body: { detail: 'The project has an e-mail template "Welcome" already; choose another name.' },
    })
    const other = await make({ name: 'Other' })
    expect(await gateway.call('PATCH', `/email-templates/${other.body.id}`, { name: 'Welcome' })).toMatchObject({
      status: 409,
    })
    expect((await gateway.call('PATCH', `/email-templates/${id}`, { name: 'Welcome', text: '' })).body.text).toBe('')
  })

  it('are changed by an administrator alone, and read and previewed by everybody', async () => {
    const { id } = (await make(welcome)).body as { id: number }
    const key = await gateway.makeKey('read')
    expect((await gateway.call('POST', '/email-templates', { name: 'x' }, key)).status).toBe(403)
    expect((await gateway.call('DELETE', `/email-templates/${id}`, undefined, key)).status).toBe(403)
    expect((await gateway.call('GET', `/email-templates/${id}`, undefined, key)).status).toBe(200)
  })
})

describe('the preview of an e-mail template', () => {
  const preview = async (template: object, about: object) => {
    const { body } = await make({ name: 'T', ...template })
    return gateway.call('POST', `/email-templates/${body.id}/preview`, about)
  }

  it('is what a contact would get, with values escaped in HTML and secrets masked', async () => {
    const contact = await gateway.call('POST', '/contacts', { firstName: 'Anna <b>', timeZone: 'Asia/Tokyo' })
    await gateway.call('PUT', '/variables/api_key', { value: 'very-secret-key', secret: true })
    const answer = await preview(
      {
        subject: ' {{ contact.first_name }}\n{{ run.car }} ',
        text: '{{ project.api_key }}: **{{ run.car }}** at {{ run.at | date: "%H:%M" }}',
        html: `<a title="{{ run.quote }}">{{ contact.first_name }}</a>{{ run.markup | raw }}`,
      },
      {
        contactId: contact.body.id,
        variables: { car: 'Ni*va', at: '2026-11-02T09:00:00Z', quote: `"'&`, markup: '<hr>' },
      },
    )
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      subject: 'Anna <b> Ni*va',
      text: '•••: Ni*va at 18:00',
      entities: [{ type: 'bold', offset: 5, length: 5 }],
      html: '<a title="&quot;&#39;&amp;">Anna &lt;b&gt;</a><hr>',
    })
  })

  it('of an empty template has the subject Notification', async () => {
    const contact = await gateway.call('POST', '/contacts', { firstName: 'Anna' })
    const { body } = await preview({ subject: '{{ run.nothing }}' }, { contactId: contact.body.id })
    expect(body).toEqual({ subject: 'Notification', text: '', entities: [], html: '' })
  })

  it('leaves the subject to the conversation when only that is missing', async () => {
    const contact = await gateway.call('POST', '/contacts', { firstName: 'Anna' })
    const { body } = await preview({ text: 'Hello' }, { contactId: contact.body.id })
    expect(body).toEqual({ subject: '', text: 'Hello', entities: [], html: '' })
  })

  it('takes the words of the HTML where there is no text', async () => {
    const contact = await gateway.call('POST', '/contacts', { firstName: 'Anna' })
    const html = '<style>p{}</style><p>Dear {{ contact.first_name }},</p><p>bye</p>'
    const { body } = await preview({ html }, { contactId: contact.body.id })
    expect(body.text).toBe('Dear Anna,\n\nbye')
  })

  it('needs a contact of the project', async () => {
    expect((await preview(welcome, { contactId: 999 })).status).toBe(404)
  })
})
