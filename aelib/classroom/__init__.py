"""Grade a class: submissions in, grades.csv out; what learners wrote runs in a sandbox only.

    submissions   folder or zip -> students and the files they handed in
    extract       notebook -> imports and definitions, never loose statements
    sandbox       starts bubblewrap, which holds a worker
    worker        imports torch once, then forks for each exercise
    isolation     what a fork is cut off from, and its limits
    frames        arrays through a pipe: npy, never pickle
    preparation   exercises -> cases and right answers, in a process that the teacher trusts
    grading       asks the workers, judges, keeps a journal to go on from
    report        grades.csv, the class in words and as a picture, feedback for each student

What enters trusts nothing that it reads: the process that grades loads no torch, and parses
nothing that a learner wrote except arrays.
"""
