"""A school's worth of rows: 200 classes, 10,000 people, 100,000 submissions with their grades.

Written as SQL, because asked for through the interface it would take an hour.
"""

from dataclasses import dataclass
from uuid import UUID

import asyncpg

CLASSES = 200
PEOPLE = 10_000
OURS = 10
"""How many of the classes the teacher holds, and the student visits."""

# Everybody is in one class; who asks, in ten.
_SCHOOL = """
insert into users (id, email, name, password_hash, role, status, color)
select gen_random_uuid(), 'pupil' || n || '@school.example', 'Pupil ' || n, '-', 'student', 'active', '#336699'
from generate_series((select count(*) from users), %(people)s) as n;
update users set role = 'teacher' where id = '%(teacher)s';

create temporary table pupil on commit drop as
select id, row_number() over (order by id) - 1 as n from users where id <> '%(teacher)s';
create temporary table held on commit drop as
select gen_random_uuid() as id, n from generate_series(0, %(classes)s - 1) as n;

insert into classes (id, title, join_code) select id, 'Class ' || n, 'PAGES' || lpad(n::text, 3, '0') from held;
insert into memberships (class_id, user_id, role)
select held.id, pupil.id, 'student' from pupil join held on pupil.n %% %(classes)s = held.n;
insert into memberships (class_id, user_id, role) select id, '%(student)s', 'student' from held where n < %(ours)s
on conflict do nothing;
insert into memberships (class_id, user_id, role) select id, '%(teacher)s', 'teacher' from held where n < %(ours)s;

insert into courses (id, title, category, description, search_text, created_by, published_at)
select id, 'Course ' || n, 'Category ' || n %% 9, repeat('What one learns here. ', 60),
       lower('Course ' || n || ' Category ' || n %% 9 || repeat(' what one learns here.', 60)), '%(teacher)s', now()
from held;
insert into course_classes (class_id, course_id, enrolment) select id, id, 'open' from held;

insert into lesson_units (id, class_id, title, position)
select gen_random_uuid(), held.id, 'Unit ' || u, u from held, generate_series(0, 4) as u;
insert into lessons (id, class_id, unit_id, title, position, published_at)
select gen_random_uuid(), class_id, id, 'Lesson ' || l, l, now() from lesson_units, generate_series(0, 7) as l;
insert into lesson_texts (lesson_id, content)
select id, jsonb_build_object('type', 'doc', 'content', jsonb_build_array(jsonb_build_object('type', 'paragraph'))) from lessons;

insert into documents (id, class_id, kind, title, students)
select gen_random_uuid(), held.id, 'whiteboard', 'Board ' || b, 'write' from held, generate_series(0, 9) as b;
insert into document_heads (document_id) select id from documents on conflict do nothing;
insert into sessions (id, class_id, title, starts_at, ends_at, state, started_at, ended_at, video_room, created_by)
select gen_random_uuid(), held.id, 'Session ' || s, now() - s * interval '1 day', now() - s * interval '1 day' + interval '1 hour',
       'ended', now() - s * interval '1 day', now() - s * interval '23 hours', gen_random_uuid()::text, '%(teacher)s'
from held, generate_series(1, 20) as s;

insert into assignments (id, class_id, title, instructions, answers, due_at, time_zone, points_max, created_by, published_at)
select gen_random_uuid(), held.id, 'Assignment ' || a, 'Write a page.', '["text"]', now() + interval '7 days', 'Europe/Zurich', 100,
       '%(teacher)s', now()
from held, generate_series(0, 9) as a;
insert into grade_items (id, class_id, assignment_id, position) select gen_random_uuid(), class_id, id, 0 from assignments;
insert into submissions (id, assignment_id, user_id, writing, attempts, handed_in_at)
select gen_random_uuid(), assignments.id, user_id, false, 1, now()
from assignments join memberships using (class_id) where role = 'student';
insert into submission_attempts (submission_id, number, text, handed_in_at, late_seconds)
select id, 1, repeat('What I found out. ', 20), now(), 0 from submissions;
insert into grades (item_id, user_id, points, version, graded_by, graded_at, returned_at)
select grade_items.id, user_id, 80, 1, '%(teacher)s', now(), now()
from submissions join grade_items using (assignment_id);
insert into grade_changes (id, class_id, item_id, user_id, points_after, excused_before, excused_after, source, changed_by)
select gen_random_uuid(), class_id, item_id, user_id, points, false, false, 'submission', '%(teacher)s'
from grades join grade_items on grade_items.id = item_id;
"""

_FOUND = """
select classes.id as class_id, lessons.id as lesson_id, assignments.id as assignment_id, submissions.id as submission_id
from classes
join lessons on lessons.class_id = classes.id
join assignments on assignments.class_id = classes.id
join submissions on submissions.assignment_id = assignments.id and submissions.user_id = $1
where join_code = 'PAGES000' limit 1
"""


@dataclass(frozen=True, slots=True)
class School:
    """Ids of one class, and of what is in it; the submission is the student's."""

    class_id: UUID
    lesson_id: UUID
    assignment_id: UUID
    submission_id: UUID


async def fill(connection: asyncpg.Connection, *, teacher: UUID, student: UUID) -> School:
    """Write it all, within the transaction that the connection is in."""
    numbers = {"classes": CLASSES, "people": PEOPLE, "ours": OURS}
    await connection.execute(_SCHOOL % {"teacher": teacher, "student": student, **numbers})
    found = await connection.fetchrow(_FOUND, student)
    assert found is not None
    await connection.execute("analyze")
    return School(**found)
