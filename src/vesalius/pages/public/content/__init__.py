"""Pages of what a collection holds: patients, studies, series; their pictures, headers and bytes."""
